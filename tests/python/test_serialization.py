"""Files of weights that name classes: torch.serialization."""
import io

import pytest


class Settings:
    def __init__(self, rate):
        self.rate = rate


def test_classes_that_are_told_to_be_safe(t):
    buffer = io.BytesIO()
    t.save({"settings": Settings(0.5), "weight": t.ones(2)}, buffer)
    buffer.seek(0)
    with pytest.raises(Exception):  # of several classes
        t.load(buffer, weights_only=True)
    with t.serialization.safe_globals([Settings]):
        assert Settings in t.serialization.get_safe_globals()
        buffer.seek(0)
        loaded = t.load(buffer, weights_only=True)
    assert loaded["settings"].rate == 0.5 and loaded["weight"].tolist() == [1, 1]
    assert Settings not in t.serialization.get_safe_globals()
    buffer.seek(0)
    with t.serialization.safe_globals([io.StringIO]), pytest.raises(Exception, match="Settings"):
        t.load(buffer, weights_only=True)


def test_the_list_of_safe_classes(t):
    before = t.serialization.get_safe_globals()
    t.serialization.add_safe_globals([Settings])
    t.serialization.add_safe_globals([Settings])
    assert t.serialization.get_safe_globals().count(Settings) == 1
    t.serialization.clear_safe_globals()
    assert t.serialization.get_safe_globals() == []
    t.serialization.add_safe_globals(before)
