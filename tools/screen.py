# SPDX-License-Identifier: GPL-2.0-or-later
"""A terminal that is only looked at: what a program has written to it, as lines of text or as a
picture (SVG). It understands what curses sends with TERM=xterm, vt100 or linux; anything else is
passed over. Tests of text interfaces use it, and tools/screenshot.
"""
import re
from dataclasses import dataclass, replace
from xml.sax.saxutils import escape

# The eight colours, and the same brighter.
PALETTE = ("#1c1c1c", "#b0413e", "#3f7d4e", "#a6802f", "#23457a", "#7c4f86", "#3a8291", "#d7dade",
           "#6b6f75", "#d4605c", "#5fa573", "#cfab4f", "#4a79bd", "#a673b1", "#5fb2c2", "#ffffff")
FOREGROUND, BACKGROUND = 7, 0
# Line drawing: DEC's special graphics.
GRAPHICS = dict(zip("jklmnqtuvwx`afgo~0ys{", "┘┐┌└┼─├┤┴┬│◆▒°±⎺·█≤⎽π"))
CELL_WIDTH, CELL_HEIGHT, FONT_SIZE = 8.4, 17, 14
SEQUENCE = re.compile(r"\x1b(?:\[([?>]?)([0-9;]*)([@-~])|\][^\x07\x1b]*(?:\x07|\x1b\\)|([()*+])(.)|"
                      r"([78=>McDEH]))")
INCOMPLETE = re.compile(r"\x1b(?:\[[?>]?[0-9;]*|\][^\x07\x1b]*\x1b?|[()*+])?$")


@dataclass(frozen=True)
class Look:
    foreground: int = FOREGROUND
    background: int = BACKGROUND
    bold: bool = False
    reverse: bool = False

    def colours(self):
        """(of the text, behind it) as #rrggbb"""
        text = self.foreground + (8 if self.bold and self.foreground < 8 else 0)
        pair = (PALETTE[text], PALETTE[self.background])
        return pair[::-1] if self.reverse else pair


PLAIN = Look()


class Screen:
    def __init__(self, columns=80, lines=24):
        self.columns, self.lines = columns, lines
        self.cursor_shown = True
        self.pending = ""
        self.reset()

    def reset(self):
        self.look, self.x, self.y, self.saved = PLAIN, 0, 0, (0, 0, PLAIN)
        self.top, self.bottom = 0, self.lines - 1
        self.graphics, self.charsets, self.last = 0, ["B", "B"], " "
        self.cells = [self.blank_line() for _ in range(self.lines)]

    def blank_line(self):
        return [(" ", self.look)] * self.columns

    # ---- what comes in -------------------------------------------------------------------------

    def feed(self, data):
        """Bytes as the program wrote them; a sequence may be cut anywhere."""
        text = self.pending + data.decode("utf-8", errors="replace")
        cut = INCOMPLETE.search(text)
        self.pending = text[cut.start():] if cut else ""
        text = text[:cut.start()] if cut else text
        at = 0
        while at < len(text):
            found = SEQUENCE.match(text, at)
            if found:
                self.sequence(found)
                at = found.end()
            else:
                self.character(text[at])
                at += 1

    def character(self, char):
        if char in "\n\v\f":
            self.line_feed()
        elif char == "\r":
            self.x = 0
        elif char == "\b":
            self.x = max(0, min(self.x, self.columns - 1) - 1)
        elif char == "\t":
            self.x = min(self.columns - 1, self.x // 8 * 8 + 8)
        elif char in "\x0e\x0f":
            self.graphics = int(char == "\x0e")
        elif char >= " ":
            self.put(char)

    def put(self, char):
        if self.x >= self.columns:
            self.x = 0
            self.line_feed()
        if self.charsets[self.graphics] == "0":
            char = GRAPHICS.get(char, char)
        self.cells[self.y][self.x] = (char, self.look)
        self.last = char
        self.x += 1

    def line_feed(self):
        if self.y == self.bottom:
            self.scroll(self.top, 1)
        elif self.y < self.lines - 1:
            self.y += 1

    def scroll(self, top, count):
        """Lines from top to the end of the region go up, or down where count is negative."""
        for _ in range(min(abs(count), self.lines)):
            if count > 0:
                del self.cells[top]
                self.cells.insert(self.bottom, self.blank_line())
            else:
                del self.cells[self.bottom]
                self.cells.insert(top, self.blank_line())

    # ---- escape sequences ----------------------------------------------------------------------

    def sequence(self, found):
        private, numbers, final, which, charset, short = found.groups()
        if final:
            self.control(private, [int(n) if n else 0 for n in numbers.split(";")], final)
        elif which in ("(", ")"):
            self.charsets["()".index(which)] = charset
        elif short == "7":
            self.saved = (self.x, self.y, self.look)
        elif short == "8":
            self.x, self.y, self.look = self.saved
        elif short == "M":
            if self.y == self.top:
                self.scroll(self.top, -1)
            else:
                self.y = max(0, self.y - 1)
        elif short == "D":
            self.line_feed()
        elif short == "E":
            self.x = 0
            self.line_feed()
        elif short == "c":
            self.reset()

    def control(self, private, numbers, final):
        first = numbers[0]
        count = max(1, first)
        if private:
            if final in "hl" and 25 in numbers:
                self.cursor_shown = final == "h"
            return
        if final == "m":
            self.attributes(numbers)
        elif final in "Hf":
            self.move(numbers[1] - 1 if len(numbers) > 1 else 0, first - 1)
        elif final in "ABCDGdEF":
            self.move(*{"A": (self.x, self.y - count), "B": (self.x, self.y + count),
                        "C": (self.x + count, self.y), "D": (self.x - count, self.y),
                        "G": (count - 1, self.y), "d": (self.x, count - 1),
                        "E": (0, self.y + count), "F": (0, self.y - count)}[final])
        elif final in "JK":
            self.erase(final, first)
        elif final in "@PX":
            self.shift(final, count)
        elif final in "LMST":
            top = self.y if final in "LM" else self.top
            self.scroll(top, count if final in "MS" else -count)
        elif final == "b":
            for _ in range(min(count, self.columns)):
                self.put(self.last)
        elif final == "r":
            self.top = max(0, first - 1)
            self.bottom = min(self.lines, numbers[1] if len(numbers) > 1 and numbers[1]
                              else self.lines) - 1
            self.move(0, 0)

    def move(self, x, y):
        self.x = max(0, min(x, self.columns - 1))
        self.y = max(0, min(y, self.lines - 1))

    def erase(self, what, mode):
        line, blank = self.cells[self.y], (" ", self.look)
        begin = 0 if mode else self.x
        end = min(self.x + 1, self.columns) if mode == 1 else self.columns
        line[begin:end] = [blank] * (end - begin)
        if what == "J":
            for y in range(self.lines):
                if mode >= 2 or (y > self.y if mode == 0 else y < self.y):
                    self.cells[y] = self.blank_line()

    def shift(self, what, count):
        line, blank = self.cells[self.y], (" ", self.look)
        count = min(count, self.columns - self.x)
        if what == "X":
            line[self.x:self.x + count] = [blank] * count
        elif what == "P":
            line[self.x:] = line[self.x + count:] + [blank] * count
        else:
            line[self.x:] = ([blank] * count + line[self.x:])[:self.columns - self.x]

    def attributes(self, numbers):
        numbers = list(numbers)
        while numbers:
            n = numbers.pop(0)
            if n == 0:
                self.look = PLAIN
            elif n in (1, 22):
                self.look = replace(self.look, bold=n == 1)
            elif n in (7, 27):
                self.look = replace(self.look, reverse=n == 7)
            elif n in (38, 48):     # one of 256, of which we have 16
                number = numbers[1] % 16 if len(numbers) > 1 else 0
                del numbers[:2]
                which = "foreground" if n == 38 else "background"
                self.look = replace(self.look, **{which: number})
            elif 30 <= n <= 39 or 90 <= n <= 97:
                colour = n - 82 if n >= 90 else FOREGROUND if n == 39 else n - 30
                self.look = replace(self.look, foreground=colour)
            elif 40 <= n <= 49 or 100 <= n <= 107:
                colour = n - 92 if n >= 100 else BACKGROUND if n == 49 else n - 40
                self.look = replace(self.look, background=colour)

    # ---- what is seen --------------------------------------------------------------------------

    def text(self):
        """The lines, without blanks at their ends."""
        return ["".join(char for char, _ in line).rstrip() for line in self.cells]

    def runs(self, y):
        """(column, text, look) of each part of a line that looks alike."""
        x = 0
        while x < self.columns:
            look, begin = self.cells[y][x][1], x
            while x < self.columns and self.cells[y][x][1] == look:
                x += 1
            yield begin, "".join(char for char, _ in self.cells[y][begin:x]), look

    def svg(self, title=""):
        width, height = self.columns * CELL_WIDTH, self.lines * CELL_HEIGHT
        backs, texts = [], []
        for y in range(self.lines):
            for x, text, look in self.runs(y):
                colour, behind = look.colours()
                if behind != PALETTE[BACKGROUND]:
                    backs.append(f'<rect x="{x * CELL_WIDTH:.1f}" y="{y * CELL_HEIGHT}" '
                                 f'width="{len(text) * CELL_WIDTH:.1f}" height="{CELL_HEIGHT}" '
                                 f'fill="{behind}"/>')
                begin = len(text) - len(text.lstrip())
                if text.strip():
                    weight = ' font-weight="bold"' if look.bold else ""
                    texts.append(f'<text x="{(x + begin) * CELL_WIDTH:.1f}" '
                                 f'y="{y * CELL_HEIGHT + FONT_SIZE - 1}" '
                                 f'textLength="{len(text.strip()) * CELL_WIDTH:.1f}" '
                                 f'fill="{colour}"{weight}>{escape(text.strip())}</text>')
        return "\n".join([
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height}" '
            f'font-family="monospace" font-size="{FONT_SIZE}" xml:space="preserve">',
            f"<title>{escape(title)}</title>" if title else "",
            f'<rect width="100%" height="100%" fill="{PALETTE[BACKGROUND]}"/>',
            *backs, *texts, "</svg>", ""])
