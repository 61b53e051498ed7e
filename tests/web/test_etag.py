import pytest

from uservault.kit.problems import PreconditionFailed
from uservault.web.etag import etag, if_match


class TestIfMatch:
    @pytest.mark.parametrize(
        "header", ["*", " * ", '"3"', '"1", "3"', 'W/"1" , "3"', '"1","2","3"', '"1", W/"3"']
    )
    def test_lets_pass(self, header: str) -> None:
        if_match(header)(3)

    @pytest.mark.promise("F7")
    @pytest.mark.parametrize("header", ["", '"1"', "3", 'W/"1"', "w/3", '"33"', '"3', "**"])
    def test_fails(self, header: str) -> None:
        with pytest.raises(PreconditionFailed):
            if_match(header)(3)

    def test_lets_a_tag_pass_that_a_compressing_proxy_has_weakened(self) -> None:
        if_match('W/"3"')(3)


def test_a_tag_is_strong() -> None:
    assert etag(3) == '"3"'
