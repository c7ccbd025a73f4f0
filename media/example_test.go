package media_test

import (
	"context"
	"fmt"
	"image"
	"os"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/media"
	"github.com/wandgo/wandgo/wandbtest"
)

// logged logs a row to a server of its own, and returns what the server has.
func logged(row map[string]any) (wandbtest.RunView, error) {
	s, err := wandbtest.Start(wandbtest.Solo())
	if err != nil {
		return wandbtest.RunView{}, err
	}
	defer s.Close()
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		return wandbtest.RunView{}, err
	}
	defer os.RemoveAll(dir)
	c, err := client.New(client.Options{BaseURL: s.URL(), APIKey: wandbtest.AliceKey, Dir: dir, Getenv: func(string) string { return "" }})
	if err != nil {
		return wandbtest.RunView{}, err
	}
	ctx := context.Background()
	run, err := c.Init(ctx, client.RunOptions{Entity: "acme", Project: "vision", ID: "r1", StatsInterval: -1})
	if err == nil {
		err = errors.Join(run.Log(row), run.Finish(ctx))
	}
	view, _ := s.Run("acme", "vision", "r1")
	return view, errors.Join(err, c.Close())
}

// A test of a program looks at the picture that was logged.
func ExampleImage() {
	img := image.NewGray(image.Rect(0, 0, 4, 3))
	img.Pix[5] = 200
	view, err := logged(map[string]any{
		"pred": media.Image(img, media.ImageOptions{
			Caption: "epoch 3",
			Boxes:   map[string]media.BoxSet{"truth": {Boxes: []media.Box{{MaxX: 0.5, MaxY: 0.5, Class: 1}}, Labels: map[int]string{1: "cat"}}},
		}),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	images, err := view.Images(view.History()[0]["pred"])
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(images[0].Bounds(), images[0].At(1, 1))
	// Output: (0,0)-(4,3) {200}
}

func ExampleHistogram() {
	view, err := logged(map[string]any{"w": media.Histogram([]float64{0, 1, 1, 4}, 4)})
	fmt.Println(view.History()[0]["w"], err)
	// Output: map[_type:histogram bins:[0 1 2 3 4] values:[1 2 0 1]] <nil>
}

func ExampleNewTable() {
	table := media.NewTable("id", "image", "guess")
	for id, guess := range []string{"cat", "dog"} {
		if err := table.AddRow(id, media.Image(image.NewGray(image.Rect(0, 0, 2, 2))), guess); err != nil {
			fmt.Println(err)
		}
	}
	fmt.Println(table.AddRow("three", nil, "bird"))
	view, err := logged(map[string]any{"guesses": table})
	if err != nil {
		fmt.Println(err)
		return
	}
	got, err := view.Table(view.Summary["guesses"])
	fmt.Println(got.Columns, err)
	for _, row := range got.Rows {
		if cell, ok := row[1].(*wandbtest.CellView); ok {
			fmt.Println(row[0], cell.Image.Bounds(), row[2])
		}
	}
	// Output:
	// invalid table column id: has cells of type number; a string does not fit (see TableOptions.MixedTypes)
	// [id image guess] <nil>
	// 0 (0,0)-(2,2) cat
	// 1 (0,0)-(2,2) dog
}

func ExampleConfusionMatrix() {
	truth, guesses := []int{0, 1, 1, 1}, []int{0, 1, 0, 1}
	view, err := logged(map[string]any{"matrix": media.ConfusionMatrix(truth, guesses, []string{"cat", "dog"})})
	if err != nil {
		fmt.Println(err)
		return
	}
	got, err := view.Table(view.History()[0]["matrix_table"])
	fmt.Println(got.Rows, err)
	// Output: [[cat cat 1] [cat dog 0] [dog cat 1] [dog dog 2]] <nil>
}

func ExampleBokeh() {
	view, err := logged(map[string]any{"fig": media.Bokeh([]byte(`{"version":"3.4.0","roots":[]}`))})
	if err != nil {
		fmt.Println(err)
		return
	}
	fig, _ := view.Summary["fig"].(map[string]any)
	path, _ := fig["path"].(string)
	fmt.Println(fig["_type"], string(view.Files[path]))
	// Output: bokeh-file {"version":"3.4.0","roots":[]}
}
