#pragma once
// Modules in compiled form, and their archives.

#include <string>

#include "program/thing.h"

namespace wick::jit {

/// The module in compiled form. CompileError when it does not compile.
IntrusivePtr<ScriptObject> script_module(Session& session, const IValue& module);
/// As above, also of a function, which becomes the forward of a module. TypeError for anything else.
IntrusivePtr<ScriptObject> exported(Session& session, const IValue& what);
/// Writes a module (compiled first, if need be) or function as an archive.
void save_script_module(Session& session, const IValue& what, const std::string& path);
/// torch.jit.load: the module of an archive, restored by its __setstate__ where it has one.
IValue load_script_module(Session& session, const std::string& path);
/// An attribute of a compiled module that its class does not have: `eval`, `parameters`, `save`, ….
bool script_module_attribute(Session& session, const IValue& module, const std::string& name, IValue& out);

}  // namespace wick::jit
