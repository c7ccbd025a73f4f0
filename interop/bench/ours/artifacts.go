package main

import (
	"context"
	"crypto/md5"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/wandgo/wandgo/artifact"
	"github.com/wandgo/wandgo/client"
)

// uploadArtifacts logs the files in the directory data three times: first, unchanged, and
// with another first file.
func uploadArtifacts() map[string]float64 {
	ctx := context.Background()
	r, err := client.Init(ctx, client.RunOptions{})
	check(err)
	times := map[string]float64{"created": float64(time.Now().UnixNano()) / 1e9}
	for _, name := range []string{"first", "again", "changed"} {
		if name == "changed" {
			changeFirst()
		}
		before := time.Now()
		a := artifact.New("data", "dataset")
		check(a.AddDir("data", ""))
		up, err := r.LogArtifact(a, client.ArtifactOptions{})
		check(err)
		times[name+"Fixed"] = seconds(before)
		_, err = up.Wait(ctx)
		check(err)
		times[name] = seconds(before)
	}
	check(r.Finish(ctx))
	times["md5"] = hashAll()
	return times
}

func files() []string {
	names, err := filepath.Glob("data/*")
	check(err)
	return names
}

func changeFirst() {
	f, err := os.OpenFile(files()[0], os.O_WRONLY, 0)
	check(err)
	_, err = f.WriteString("changed")
	check(err)
	check(f.Close())
}

// hashAll is how long crypto/md5 takes for the files, one after the other.
func hashAll() float64 {
	buf := make([]byte, 1<<20)
	before := time.Now()
	for _, name := range files() {
		f, err := os.Open(name)
		check(err)
		_, err = io.CopyBuffer(md5.New(), io.LimitReader(f, 1<<62), buf)
		check(err)
		check(f.Close())
	}
	return seconds(before)
}

func downloadArtifact() map[string]float64 {
	ctx := context.Background()
	r, err := client.Init(ctx, client.RunOptions{})
	check(err)
	times := map[string]float64{"created": float64(time.Now().UnixNano()) / 1e9}
	before := time.Now()
	v, err := r.UseArtifact(ctx, "data:latest")
	check(err)
	_, err = v.Download(ctx, artifact.DownloadOptions{Dir: "downloaded"})
	check(err)
	times["download"] = seconds(before)
	check(r.Finish(ctx))
	return times
}
