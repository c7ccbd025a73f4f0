package console

import (
	"bufio"
	"errors"
	"io"
)

// copyPatched copies lines from src to dst and replaces those whose numbers are in
// patches. Lines of any length are copied in pieces. It returns the number of bytes
// written.
func copyPatched(dst io.Writer, src io.Reader, patches map[int64][]byte) (size int64, err error) {
	in, out := bufio.NewReader(src), bufio.NewWriter(dst)
	put := func(b []byte) {
		n, _ := out.Write(b) // Flush returns the error
		size += int64(n)
	}
	for index, begins := int64(0), true; ; {
		text, replaced := patches[index]
		piece, err := in.ReadSlice('\n')
		if err == io.EOF && len(piece) == 0 {
			return size, out.Flush()
		}
		if err != nil && err != io.EOF && !errors.Is(err, bufio.ErrBufferFull) {
			return size, err
		}
		switch {
		case !replaced:
			put(piece)
		case begins:
			put(text)
			put([]byte{'\n'})
		}
		begins = err == nil
		if begins {
			index++
		}
	}
}
