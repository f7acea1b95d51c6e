"""torch.jit.ScriptModule as a class to derive from: an object is compiled when its constructor is done."""
from .. import _wick
from ..nn.modules.module import Module


class _Compiled(type):
    def __call__(cls, *args, **kwargs):
        from ._compiler import script

        return script(super().__call__(*args, **kwargs))

    def __instancecheck__(cls, instance):
        if isinstance(instance, _wick.ScriptModule):
            return cls is ScriptModule or instance.original_name == cls.__name__
        return super().__instancecheck__(instance)


class ScriptModule(Module, metaclass=_Compiled):
    """A compiled module. Methods of a class that derives from it are compiled under @script_method, as forward is."""
