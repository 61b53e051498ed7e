from xml.etree import ElementTree

import pytest

from bench.plots import page_latency, read_throughput
from tests.bench.records import page, read

SVG = {"": "http://www.w3.org/2000/svg"}


def drawn(svg: str | None) -> ElementTree.Element:
    assert svg is not None
    return ElementTree.fromstring(svg)  # noqa: S314 - our own


class TestReadThroughput:
    def test_has_bars_as_long_as_the_ratios(self) -> None:
        svg = drawn(read_throughput([read("UserVault", 0.5), read("Flask", 0.125)]))

        bare, ours, flask = [float(each.attrib["width"]) for each in svg.iterfind("rect", SVG)]

        assert ours / bare == pytest.approx(0.5, abs=0.001)
        assert flask / bare == pytest.approx(0.125, abs=0.001)

    def test_shows_the_range_of_the_rounds(self) -> None:
        svg = drawn(read_throughput([read("UserVault", 0.4, 0.5, 0.6)]))

        [range] = svg.iterfind("line[@class='range']", SVG)
        _, bar = svg.iterfind("rect", SVG)
        begin, width = float(bar.attrib["x"]), float(bar.attrib["width"])
        assert float(range.attrib["x1"]) == pytest.approx(begin + width * 0.8, abs=0.2)
        assert float(range.attrib["x2"]) == pytest.approx(begin + width * 1.2, abs=0.2)

    def test_says_in_words_what_it_shows(self) -> None:
        svg = drawn(read_throughput([read("UserVault", 0.5), read("Flask", 0.125)]))

        said = svg.findtext("desc", namespaces=SVG)

        assert said is not None
        assert said.endswith("bare FastAPI 1.00, UserVault 0.50, Flask 0.12.")

    def test_is_not_drawn_of_nothing(self) -> None:
        assert read_throughput([page("UserVault", 1_000, 50, 2)]) is None


class TestPageLatency:
    def test_begins_at_zero_milliseconds(self) -> None:
        records = [
            page("UserVault", users, percentile, milliseconds)
            for users in (1_000, 10_000, 1_000_000)
            for percentile, milliseconds in ((50, 50), (99, 100))
        ]

        p99, p50 = drawn(page_latency(records)).iterfind("polyline", SVG)

        [above], [below] = ({y for _, y in points(each)} for each in (p99, p50))
        [axis] = drawn(page_latency(records)).iterfind("line[@class='axis']", SVG)
        zero = float(axis.attrib["y1"])
        assert (zero - above) / (zero - below) == pytest.approx(2, abs=0.01)

    def test_has_a_logarithmic_axis_of_users(self) -> None:
        records = [
            page("UserVault", users, percentile, 2)
            for users in (1_000, 10_000, 1_000_000)
            for percentile in (50, 99)
        ]

        [_, p50] = drawn(page_latency(records)).iterfind("polyline", SVG)

        first, second, last = [x for x, _ in points(p50)]
        assert (second - first) / (last - first) == pytest.approx(1 / 3, abs=0.001)

    def test_parts_labels_that_would_overlap(self) -> None:
        services = ("UserVault", "Flask", "fastapi-users")
        records = [page(name, 1_000, number, 2) for name in services for number in (50, 99)]

        svg = drawn(page_latency(records))

        labels = [each for each in svg.iterfind("text", SVG) if "strong" in each.attrib["class"]]
        heights = sorted(float(each.attrib["y"]) for each in labels)
        assert len(heights) == 3
        assert min(heights[1] - heights[0], heights[2] - heights[1]) >= 16


def points(polyline: ElementTree.Element) -> list[tuple[float, float]]:
    pairs = (pair.split(",") for pair in polyline.attrib["points"].split())
    return [(float(x), float(y)) for x, y in pairs]
