"""An installed PyTorch beside wick."""
import sys


def pytorch():
    """PyTorch if somebody has imported it, else None. Programs may have wick under its name (sys.modules["torch"] = wick)."""
    found = sys.modules.get("torch")
    return None if found is sys.modules["wick"] else found
