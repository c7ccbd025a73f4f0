package graphql

//go:generate go tool -modfile=../tools.mod genqlient ../genqlient.yaml
//go:generate go run ../internal/repo/nogetters generated.go
