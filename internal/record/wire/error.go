package wire

import "errors"

var (
	// ErrLine means that the line is not a JSON object.
	ErrLine = errors.New("not a JSON object in one line")
	// ErrRecord means that the bytes are not a record.
	ErrRecord = errors.New("not a wandb record")
)
