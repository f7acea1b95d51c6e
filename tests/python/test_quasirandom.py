"""Sobol's sequences beside PyTorch's."""
import pytest

import wick


@pytest.mark.parametrize("options", [{}, {"scramble": True, "seed": 7}])
@pytest.mark.parametrize("dimension", [1, 2, 5, 40, 128])
def test_points_are_pytorchs(torch, dimension, options):
    mine, theirs = wick.quasirandom.SobolEngine(dimension, **options), torch.quasirandom.SobolEngine(dimension, **options)
    assert repr(mine) == repr(theirs)
    for count in (1, 5, 2):
        assert mine.draw(count).tolist() == theirs.draw(count).tolist()
    mine.fast_forward(3), theirs.fast_forward(3)
    assert mine.draw(2, dtype=wick.float64).tolist() == theirs.draw(2, dtype=torch.float64).tolist()
    assert mine.reset().draw_base2(3).tolist() == theirs.reset().draw_base2(3).tolist()


def test_without_a_seed_the_process_draws(torch):
    wick.manual_seed(3), torch.manual_seed(3)
    assert wick.quasirandom.SobolEngine(3, scramble=True).draw(4).tolist() == torch.quasirandom.SobolEngine(3, scramble=True).draw(4).tolist()


def test_what_is_refused(t):
    with pytest.raises(ValueError, match="Supported range of dimensionality"):
        t.quasirandom.SobolEngine(0)
    engine = t.quasirandom.SobolEngine(2)
    engine.draw(1)
    with pytest.raises(ValueError, match="require n to be a power of 2. 1 points"):
        engine.draw_base2(2)
