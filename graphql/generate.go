package graphql

//go:generate go tool -modfile=../tools.mod genqlient ../genqlient.yaml
