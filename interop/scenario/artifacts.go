package scenario

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"github.com/wandgo/wandgo/artifact"
	"github.com/wandgo/wandgo/client"
)

// Artifacts are the names of the scenarios about artifacts. Their official halves are in
// testdata/artifacts.py.
func Artifacts() []string {
	return slices.Concat(OfflineArtifacts(), slices.Sorted(maps.Keys(existing)), slices.Sorted(maps.Keys(changed)))
}

// OfflineArtifacts are those that need no server while they run.
func OfflineArtifacts() []string { return slices.Sorted(maps.Keys(artifacts)) }

// WebVariable has the address of a web server with a file, for references.
const WebVariable = "WANDGO_INTEROP_WEB"

// files are the contents of files by name.
type files = map[string]string

// tree writes files below a directory of its own.
func tree(root string, content files) string {
	for name, text := range content {
		path := filepath.Join(root, filepath.FromSlash(name))
		must(os.MkdirAll(filepath.Dir(path), 0o755))
		must(os.WriteFile(path, []byte(text), 0o644))
	}
	return root
}

// draft makes an artifact of the type dataset.
func draft(name string, content files) *artifact.Artifact {
	a := artifact.New(name, "dataset")
	for _, entry := range slices.Sorted(maps.Keys(content)) {
		must(a.AddBytes(entry, []byte(content[entry])))
	}
	return a
}

// artifact logs an artifact and waits until the server has it.
func (r run) artifact(a *artifact.Artifact, opts client.ArtifactOptions) *artifact.Version {
	u, err := r.LogArtifact(a, opts)
	must(err)
	v, err := u.Wait(r.ctx)
	if !errors.Is(err, client.ErrOffline) {
		must(err)
	}
	return v
}

// logged makes a run that logs one artifact with its own name.
func logged(name string, content files, change ...func(a *artifact.Artifact)) func(h half) {
	return func(h half) {
		r := h.init(name, client.RunOptions{})
		a := draft(name, content)
		for _, f := range change {
			f(a)
		}
		r.artifact(a, client.ArtifactOptions{})
		r.finish()
	}
}

func manyFiles(format string, n int) files {
	content := files{}
	for i := range n {
		content[fmt.Sprintf(format, i)] = strconv.Itoa(i)
	}
	return content
}

func allBytes() string {
	var b [256]byte
	for i := range b {
		b[i] = byte(i)
	}
	return string(b[:])
}

var _ = register(artifacts) && register(existing) && register(changed)

// artifacts are the scenarios, except those in existing.go.
var artifacts = map[string]func(half){
	"art_files": func(h half) {
		root := tree("art_files", files{"a.txt": "hello", "dir/empty": "", "dir/sub/y.txt": "yy", "dir/x.bin": string(make([]byte, 1000))})
		r := h.init("art_files", client.RunOptions{})
		a := artifact.New("art_files", "dataset")
		a.Description, a.Tags = "desc", []string{"t1", "tag two"}
		a.Metadata = map[string]any{"k": 1, "n": map[string]any{"x": []any{1, 2.5, nil, true, "ü"}}}
		must(a.AddFile(filepath.Join(root, "a.txt"), ""))
		must(a.AddDir(filepath.Join(root, "dir"), "dir"))
		r.artifact(a, client.ArtifactOptions{Aliases: []string{"best", "prod"}})
		r.finish()
	},
	"art_renamed": func(h half) {
		root := tree("art_renamed", files{"a.txt": "hello", "sub/b.txt": "b"})
		r := h.init("art_renamed", client.RunOptions{})
		a := artifact.New("art_renamed", "dataset")
		must(a.AddFile(filepath.Join(root, "a.txt"), "x/y/z.txt"))
		must(a.AddFS(os.DirFS(root), ""))
		r.artifact(a, client.ArtifactOptions{})
		r.finish()
	},
	"art_written": func(h half) {
		r := h.init("art_written", client.RunOptions{})
		a := artifact.New("art_written", "dataset")
		for name, text := range (files{"new.txt": "written by the program", "d/e.bin": allBytes()}) {
			w, err := a.Create(name)
			must(err)
			_, err = w.Write([]byte(text))
			must(err)
			must(w.Close())
		}
		r.artifact(a, client.ArtifactOptions{})
		r.finish()
	},
	"art_empty": logged("art_empty", nil),
	"art_names": logged("art_names", files{
		"with space.txt": "1", "ünï/cødé 🚀.txt": "2", "a+b&c=d?e#f%20.txt": "3", ".hidden": "4", "UPPER": "5", `a\b`: "6",
	}),
	"art_same_bytes": logged("art_same_bytes", files{"a": "same", "b": "same", "c/d": "same"}),
	"art_many":       logged("art_many", manyFiles("f%03d.txt", 300)),
	"art_large":      logged("art_large", files{"large.bin": string(bytes.Repeat([]byte("0123456789abcdef"), 3<<16))}),
	"art_metadata": logged("art_metadata", nil, func(a *artifact.Artifact) {
		a.Metadata = map[string]any{
			"nan": math.NaN(), "big": uint64(12345678901234567890), "f": 1e100, "t": "a\nb", "l": []any{[]any{}, map[string]any{}}, "html": "<&>",
		}
	}),
	"art_described": logged("art_described", files{"a": "1"}, func(a *artifact.Artifact) { a.Description = "two\nlines, and ünïcode" }),
	"art_region":    logged("art_region", files{"a": "1"}, func(a *artifact.Artifact) { a.StorageRegion = "coreweave-us" }),
	"art_xxh128": logged("art_xxh128", files{"a.txt": "hello", "b/c": "world", "empty": ""}, func(a *artifact.Artifact) {
		a.Digest = artifact.XXH128
	}),
	"art_xxh128_after_md5": func(h half) {
		r := h.init("art_xxh128_after_md5", client.RunOptions{})
		r.artifact(draft("art_xxh128_after_md5", files{"a": "1"}), client.ArtifactOptions{})
		a := draft("art_xxh128_after_md5", files{"a": "2"})
		a.Digest = artifact.XXH128
		r.artifact(a, client.ArtifactOptions{})
		r.finish()
	},
	"art_ttl":       logged("art_ttl", files{"a": "1"}, func(a *artifact.Artifact) { a.TTL = time.Hour }),
	"art_ttl_never": logged("art_ttl_never", files{"a": "1"}, func(a *artifact.Artifact) { a.TTL = artifact.TTLNever }),
	"art_versions": func(h half) {
		r := h.init("art_versions", client.RunOptions{})
		for i := range 3 {
			r.artifact(draft("art_versions", files{"i": strconv.Itoa(i), "same": "same"}), client.ArtifactOptions{Aliases: []string{fmt.Sprintf("n%d", i), "moving"}})
		}
		r.finish()
	},
	"art_again": func(h half) {
		r := h.init("art_again", client.RunOptions{})
		r.artifact(draft("art_again", files{"a": "1"}), client.ArtifactOptions{Aliases: []string{"first"}})
		r.artifact(draft("art_again", files{"a": "2"}), client.ArtifactOptions{})
		r.artifact(draft("art_again", files{"a": "1"}), client.ArtifactOptions{Aliases: []string{"again"}})
		r.finish()
	},
	"art_changed_one": func(h half) {
		r := h.init("art_changed_one", client.RunOptions{})
		content := manyFiles("f%02d", 40)
		r.artifact(draft("art_changed_one", content), client.ArtifactOptions{})
		content["f07"] = "changed"
		r.artifact(draft("art_changed_one", content), client.ArtifactOptions{})
		r.finish()
	},
	"art_steps": func(h half) {
		r := h.init("art_steps", client.RunOptions{})
		r.artifact(draft("art_steps", files{"a": "0"}), client.ArtifactOptions{})
		for i := range 5 {
			r.log(row{"loss": i})
		}
		r.artifact(draft("art_steps", files{"a": "5"}), client.ArtifactOptions{})
		r.finish()
	},
	"art_several": func(h half) {
		r := h.init("art_several", client.RunOptions{})
		for i := range 5 {
			a := artifact.New(fmt.Sprintf("art_several_%d", i), []string{"dataset", "model"}[i%2])
			must(a.AddBytes("i", fmt.Append(nil, i)))
			_, err := r.LogArtifact(a, client.ArtifactOptions{})
			must(err)
		}
		r.finish()
	},
	"art_nobody_waits": func(h half) {
		r := h.init("art_nobody_waits", client.RunOptions{})
		for _, text := range []string{"1", "2"} {
			_, err := r.LogArtifact(draft("art_nobody_waits", files{"a": text}), client.ArtifactOptions{})
			must(err)
		}
		r.finish()
	},
	"art_incremental": func(h half) {
		r := h.init("art_incremental", client.RunOptions{})
		r.artifact(draft("art_incremental", files{"a": "1", "b": "2"}), client.ArtifactOptions{})
		a := draft("art_incremental", files{"b": "3", "c": "4"})
		a.Incremental = true
		r.artifact(a, client.ArtifactOptions{})
		r.finish()
	},
	"art_distributed": func(h half) {
		r := h.init("art_distributed", client.RunOptions{})
		for i, content := range []files{{"w0": "0"}, {"w1": "1"}, {"end": "end"}} {
			a := draft("art_distributed", content)
			a.DistributedID = "d1"
			r.artifact(a, client.ArtifactOptions{Partial: i < 2})
		}
		r.finish()
	},
	"art_ref_http": func(h half) {
		r := h.init("art_ref_http", client.RunOptions{})
		a := draft("art_ref_http", nil)
		web := os.Getenv(WebVariable)
		must(a.AddReference(web+"/dir/file.txt", "", artifact.ReferenceOptions{}))
		must(a.AddReference(web+"/dir/file.txt", "renamed", artifact.ReferenceOptions{}))
		must(a.AddReference(web+"/plain", "without etag", artifact.ReferenceOptions{}))
		r.artifact(a, client.ArtifactOptions{})
		r.finish()
	},
	"art_ref_unchecked": func(h half) {
		r := h.init("art_ref_unchecked", client.RunOptions{})
		a := draft("art_ref_unchecked", nil)
		must(a.AddReference(os.Getenv(WebVariable)+"/dir/file.txt", "", artifact.ReferenceOptions{NoChecksum: true}))
		r.artifact(a, client.ArtifactOptions{})
		r.finish()
	},
	"art_ref_files": func(h half) {
		root, err := filepath.Abs(tree("art_ref_files", files{"data/a.txt": "hello", "data/sub/b.txt": "world"}))
		must(err)
		r := h.init("art_ref_files", client.RunOptions{})
		a := draft("art_ref_files", nil)
		must(a.AddReference("file://"+root+"/data", "", artifact.ReferenceOptions{}))
		must(a.AddReference("file://"+root+"/data/a.txt", "one.txt", artifact.ReferenceOptions{}))
		r.artifact(a, client.ArtifactOptions{})
		r.finish()
	},
	"art_ref_unchecked_files": func(h half) {
		root, err := filepath.Abs(tree("art_ref_unchecked_files", files{"data/a.txt": "hello"}))
		must(err)
		r := h.init("art_ref_unchecked_files", client.RunOptions{})
		a := draft("art_ref_unchecked_files", nil)
		must(a.AddReference("file://"+root+"/data", "d", artifact.ReferenceOptions{NoChecksum: true}))
		r.artifact(a, client.ArtifactOptions{})
		r.finish()
	},
	"art_ref_other": func(h half) {
		r := h.init("art_ref_other", client.RunOptions{})
		a := draft("art_ref_other", files{"real": "real"})
		must(a.AddReference("hdfs://cluster/path/data", "data", artifact.ReferenceOptions{}))
		r.artifact(a, client.ArtifactOptions{})
		r.finish()
	},
}
