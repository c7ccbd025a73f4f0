"""Runs a program on a terminal of its own and answers questions about its screen.

Arguments: a variable for the program's environment, and the command. Each line of the
standard input is a request: "screen" prints the screen's lines as JSON, and "wheel COLUMN
ROW" turns the mouse's wheel there.
"""
import fcntl, json, os, pty, select, signal, struct, sys, termios
import pyte

COLUMNS, ROWS = 160, 50
variable, command = sys.argv[1], sys.argv[2:]
pid, terminal = pty.fork()
if pid == 0:
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    name, _, value = variable.partition("=")
    # pyte does not know all of what other terminals are sent.
    os.environ.update({"TERM": "vt100", name: value})
    os.execv(command[0], command)
screen = pyte.Screen(COLUMNS, ROWS)
stream = pyte.ByteStream(screen)
# What a terminal answers when it is asked what it is, which color it has, and where its cursor is.
ANSWERS = ((b"\x1b[c", b"\x1b[?62c"), (b"\x1b]11;?", b"\x1b]11;rgb:0000/0000/0000\x1b\\"), (b"\x1b[6n", b"\x1b[1;1R"))
shown = None  # None if the screen may have changed
try:
    while True:
        ready, _, _ = select.select([0, terminal], [], [])
        if terminal in ready:
            data = os.read(terminal, 1 << 16)
            for question, answer in ANSWERS:
                if question in data:
                    os.write(terminal, answer)
            before, alternate, after = data.partition(b"\x1b[?1049h")
            stream.feed(before)
            if alternate:
                screen.reset()  # pyte does not know the alternate screen
                stream.feed(after)
            shown = None
        elif 0 in ready:
            words = sys.stdin.buffer.raw.readline().split()
            if not words:
                break
            if words[0] == b"screen":
                if shown is None:  # not more often than needed: it takes time from what is measured
                    shown = json.dumps(screen.display)
                print(shown, flush=True)
            else:
                os.write(terminal, b"\x1b[<64;%s;%sM" % (words[1], words[2]))
except (OSError, KeyboardInterrupt):
    pass  # the program has ended, or this one is to
os.kill(pid, signal.SIGKILL)
os.waitpid(pid, 0)
