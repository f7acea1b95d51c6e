"""Modules that PyTorch has for a few names each, where wick has one for what is akin."""
import sys
import types


def make_modules(package, names, home):
    """For each entry of `names` (module: its names with spaces between) a module of the package, with objects that `home` maps names to."""
    for module, of_it in names.items():
        made = types.ModuleType(f"{package}.{module}")
        made.__dict__.update({name: home[name] for name in of_it.split()}, __all__=of_it.split())
        sys.modules[made.__name__] = made
        setattr(sys.modules[package], module, made)
