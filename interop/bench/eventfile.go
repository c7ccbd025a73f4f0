package main

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"math"
	"os"
	"path/filepath"
	"time"
)

// eventFile is an event file of TensorBoard. A row is one event with all of its values,
// which is the smallest that it can be.
type eventFile struct {
	file           *os.File
	out            *bufio.Writer
	rows           int
	event, summary []byte
}

func createEvents(dir string) (*eventFile, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	file, err := os.Create(filepath.Join(dir, fmt.Sprintf("events.out.tfevents.%d.bench", time.Now().Unix())))
	if err != nil {
		return nil, err
	}
	e := &eventFile{file: file, out: bufio.NewWriterSize(file, 1<<16)}
	err = e.record(bytesField(wallTime(nil), 3, []byte("brain.Event:2")))
	return e, err
}

// wallTime appends the first field of an Event.
func wallTime(b []byte) []byte {
	b = append(b, 1<<3|1)
	return binary.LittleEndian.AppendUint64(b, math.Float64bits(float64(time.Now().UnixNano())/1e9))
}

func bytesField(b []byte, number uint64, text []byte) []byte {
	b = binary.AppendUvarint(b, number<<3|2)
	b = binary.AppendUvarint(b, uint64(len(text)))
	return append(b, text...)
}

// row adds an event with the fields step and summary, whose values have the fields tag and
// simple_value.
func (e *eventFile) row(metrics int) error {
	e.summary = e.summary[:0]
	var room [64]byte
	for m := range metrics {
		v := bytesField(room[:0], 1, fmt.Appendf(nil, "train/m%d", m))
		v = append(v, 2<<3|5)
		v = binary.LittleEndian.AppendUint32(v, math.Float32bits(float32(value(e.rows, m))))
		e.summary = bytesField(e.summary, 1, v)
	}
	b := wallTime(e.event[:0])
	b = append(b, 2<<3)
	b = binary.AppendUvarint(b, uint64(e.rows))
	e.event = bytesField(b, 5, e.summary)
	e.rows++
	return e.record(e.event)
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func masked(b []byte) uint32 {
	sum := crc32.Checksum(b, castagnoli)
	return (sum>>15 | sum<<17) + 0xa282ead8
}

// record writes the length, its checksum, the bytes and their checksum.
func (e *eventFile) record(b []byte) error {
	head := binary.LittleEndian.AppendUint64(nil, uint64(len(b)))
	head = binary.LittleEndian.AppendUint32(head, masked(head))
	for _, part := range [][]byte{head, b, binary.LittleEndian.AppendUint32(nil, masked(b))} {
		if _, err := e.out.Write(part); err != nil {
			return err
		}
	}
	return nil
}

func (e *eventFile) close() error {
	if err := e.out.Flush(); err != nil {
		return err
	}
	return e.file.Close()
}
