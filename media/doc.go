// Package media has the values of a row that are more than numbers: images, audio, video,
// HTML, 3D objects, molecules, histograms, tables and charts. They are logged like
// numbers:
//
//	run.Log(map[string]any{
//		"loss": 0.25,
//		"pred": media.Image(img, media.ImageOptions{Caption: "epoch 3"}),
//	})
//
// A function that makes a value encodes it before it returns, so that its arguments can be used
// again. A function that takes the name of a file only checks it; the file is copied while the
// value is logged, and nothing of it is held in memory. The functions return no errors, so that
// they can be used within a row: the call that logs the value returns them. All functions and
// values are safe for concurrent use.
//
// Logging writes the files below the run's directory and hands them to the upload. It
// waits for the disk, but not for the network. The value remains usable: it can be
// logged again, under other keys and to other runs.
//
// # Options
//
// Options are the last argument and can be left out, unlike the option structs of the other
// packages, because most values of a row need none. If a call has several, the first one counts.
//
// # Lists
//
// A list of values of one type, such as []*ImageValue, is one panel in the web page. A list
// of values of several types is stored as several values. At most [MaxImages] images of a
// list are stored; the first time a list is longer, a warning is shown.
//
// # Errors
//
// A value that cannot be logged costs only its own key: the call that logs the row returns
// an error that names the key and matches ErrInvalidInput. The reasons are:
//
//   - the value was not made by a function of this package;
//   - a file does not exist, is not a regular file, or has an extension that the web page
//     cannot show;
//   - an image is empty or larger than 65,500 pixels on a side, or a mask or a box does not fit
//     it;
//   - an image has fewer pixels than its bounds say, or colors that are not in its palette;
//   - numbers are infinite or NaN where that is not allowed.
package media
