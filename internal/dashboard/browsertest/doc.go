// Package browsertest opens the pages of the dashboard in a browser. It is a module of
// its own, so that programs that use wandgo do not depend on the browser's driver.
//
// The tests need Chromium and are skipped without it, unless WANDGO_TEST_BROWSER=1 is
// set. WANDGO_SCREENSHOTS names a directory for pictures of what they see.
package browsertest
