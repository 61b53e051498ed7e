"""SVG as text: what a plot is drawn with, for light and dark pages."""

from collections.abc import Iterable, Iterator
from xml.sax.saxutils import escape, quoteattr

# Colours are classes, which the reader's colour scheme decides. `s0` is ours.
STYLE = """
text { font: 13px system-ui, sans-serif; fill: #1f2328 }
.title { font-size: 16px; font-weight: 600 }
.quiet { fill: #59636e }
.strong { font-weight: 600 }
.grid { stroke: #d1d9e0; stroke-width: 1 }
.axis { stroke: #818b98; stroke-width: 1 }
.range { stroke: #1f2328; stroke-width: 1.5; opacity: .7 }
.line { stroke-width: 2.5; stroke-linejoin: round }
polyline.dashed { stroke-width: 1.5; stroke-dasharray: 4 4 }
.bare { fill: #afb8c1; stroke: #afb8c1 }
.s0 { fill: #0969da; stroke: #0969da }
.s1 { fill: #bc4c00; stroke: #bc4c00 }
.s2 { fill: #1a7f37; stroke: #1a7f37 }
text.s0, text.s1, text.s2, rect { stroke: none }
polyline.line { fill: none }
@media (prefers-color-scheme: dark) {
  text { fill: #f0f6fc }
  .quiet { fill: #9198a1 }
  .grid { stroke: #3d444d }
  .axis { stroke: #656c76 }
  .range { stroke: #f0f6fc }
  .bare { fill: #656c76; stroke: #656c76 }
  .s0 { fill: #4493f8; stroke: #4493f8 }
  .s1 { fill: #f0883e; stroke: #f0883e }
  .s2 { fill: #3fb950; stroke: #3fb950 }
}
"""


def document(width: int, height: int, title: str, description: str, parts: Iterable[str]) -> str:
    """`description` says in words what the plot shows, to those who do not see it."""
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}"'
        f' height="{height}" role="img" aria-labelledby="title description">',
        f'<title id="title">{escape(title)}</title>',
        f'<desc id="description">{escape(description)}</desc>',
        f"<style>{STYLE}</style>",
        *parts,
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def text(x: float, y: float, words: str, style: str = "", anchor: str = "start") -> str:
    attributes = f'x="{x:.1f}" y="{y:.1f}" class={quoteattr(style)} text-anchor="{anchor}"'
    return f"<text {attributes}>{escape(words)}</text>"


def line(x1: float, y1: float, x2: float, y2: float, style: str) -> str:
    ends = f'x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"'
    return f"<line {ends} class={quoteattr(style)}/>"


def rectangle(x: float, y: float, width: float, height: float, style: str) -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"'
    return f'<rect {place} rx="2" class={quoteattr(style)}/>'


def path(points: Iterable[tuple[float, float]], style: str) -> str:
    joined = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return f'<polyline points="{joined}" class={quoteattr(style)}/>'


def dot(x: float, y: float, style: str) -> str:
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" class={quoteattr(style)}/>'


def heading(title: str, caption: Iterable[str]) -> Iterator[str]:
    """A title, and at most two lines below it."""
    yield text(20, 28, title, "title")
    for number, words in enumerate(caption):
        yield text(20, 50 + 18 * number, words, "quiet")
