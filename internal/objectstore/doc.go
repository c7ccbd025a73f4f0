// Package objectstore is what the client knows about the stores that W&B keeps files in,
// such as S3: the signed addresses that the server returns for them, and how a store
// refuses.
//
// A request to a store carries no credentials: its address is the permission. The server
// had allowed the transfer when it returned the address, so a refusal by the store says
// nothing about the user's rights on W&B.
package objectstore
