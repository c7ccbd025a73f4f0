module github.com/wandgo/wandgo/interop

go 1.26.0

require (
	github.com/stretchr/testify v1.12.1
	github.com/wandgo/wandgo v0.0.0-00010101000000-000000000000
	go.uber.org/goleak v1.3.0
	go.yaml.in/yaml/v3 v3.0.5
)

require (
	github.com/Khan/genqlient v0.8.1 // indirect
	github.com/agnivade/levenshtein v1.2.2 // indirect
	github.com/google/uuid v1.6.0 // indirect
	github.com/hashicorp/go-cleanhttp v0.5.2 // indirect
	github.com/hashicorp/go-retryablehttp v0.7.8 // indirect
	github.com/vektah/gqlparser/v2 v2.5.64 // indirect
	google.golang.org/protobuf v1.36.12 // indirect
)

replace github.com/wandgo/wandgo => ../
