#include "program/namespaces.h"

#include <algorithm>
#include <fmt/format.h>

#include "frontend/operator_text.h"
#include "frontend/operator_values.h"
#include "ops/registry.h"
#include "program/annotations.h"
#include "program/library.h"
#include "program/provided_names.h"
#include "program/scope.h"
#include "program/session.h"
#include "types/library_class.h"

namespace wick::jit {

namespace {

constexpr std::string_view kModules[] = {
    "torch",
    "torch.nn",
    "torch.nn.functional",
    "torch.nn.init",
    "torch.nn.modules",
    "torch.nn.parameter",
    "torch.jit",
    "torch.linalg",
    "torch.fft",
    "torch.special",
    "torch._C",
    "torch._C._nn",
    "torch._VF",
    "torch.ops",
    "torch.autograd",
    "torch.types",
    "torch.utils",
    "torch.cuda",
    "torch.backends",
    "torch.jit.annotations",
    "torch.futures",
    "torch.classes",
    "torch.profiler",
    "torch.distributed",
    "torch.distributed.rpc",
    "torch.distributed.rpc.functions",
    "math",
    "typing",
    "typing_extensions",
    "numbers",
    "enum",
    "dataclasses",
    "collections",
    "collections.abc",
    "functools",
    "warnings",
    "abc",
    "copy",
    "cmath",
    "torch._jit_internal",
};

/// Modules whose names are defined in texts: of which module's, or the package of those.
constexpr std::pair<std::string_view, std::string_view> kDefinedIn[] = {
    {"torch", "torch.functional"},
    {"torch", "torch.autograd.grad_mode"},
    {"torch", "torch.amp"},
    {"torch.amp", "torch.amp"},
    {"torch.cpu.amp", "torch.cpu.amp"},
    {"torch.cuda.amp", "torch.cuda.amp"},
    {"torch.jit", "torch.jit"},
    {"torch.autograd", "torch.autograd"},
    {"torch.nn", "torch.nn.modules"},
    {"torch.nn.modules", "torch.nn.modules"},
    {"torch.profiler", "torch.autograd.profiler"},
};

/// Where the operators of a module are: "aten::" + prefix + name.
bool operator_prefix(std::string_view module, std::string& prefix) {
    if (module == "torch" || module == "torch.nn.functional" || module == "torch._C._nn" || module == "torch._VF" ||
        module == "math" || module == "cmath" || module == "torch._C") {
        prefix = "";
    } else if (module == "torch.linalg" || module == "torch.fft" || module == "torch.special") {
        prefix = std::string(module.substr(6)) + "_";
    } else {
        return false;
    }
    return true;
}

/// Whether some overload of the operator takes a number first.
bool has_numbers(const std::string& op) {
    return std::ranges::any_of(Registry::instance().find(op), [](const Operator* overload) {
        const std::vector<Argument>& arguments = overload->schema().arguments;
        return !arguments.empty() && !arguments[0].type->is(TypeKind::Tensor);
    });
}

bool has_argument(const std::string& op, const std::string& name) {
    return std::ranges::any_of(Registry::instance().find(op),
                               [&](const Operator* overload) { return overload->schema().find_argument(name) >= 0; });
}

bool is_module(const std::string& name) {
    return std::ranges::find(kModules, name) != std::end(kModules) || is_library_package(name) ||
           name.starts_with("torch.ops.") || name.starts_with("torch.classes.");
}

/// Modules that every Python has and programs import though little of their code needs them.
constexpr std::string_view kPythonModules[] = {
    "argparse",  "bisect",    "contextlib", "csv",     "datetime", "glob",       "hashlib", "heapq",    "inspect",
    "io",        "itertools", "json",       "logging", "operator", "os",         "pathlib", "pickle",   "pprint",
    "random",    "re",        "shutil",     "string",  "struct",   "subprocess", "sys",     "tempfile", "textwrap",
    "threading", "time",      "traceback",  "types",   "unittest", "urllib",     "uuid",
};

/// Such a module, or what it would have: who uses it is told that it is not there.
class AbsentThing : public Thing {
 public:
    explicit AbsentThing(std::string name) : name_(std::move(name)) {}
    std::string kind() const override { return "module"; }
    bool attribute(Session&, const std::string& name, IValue& out) override {
        out = make_intrusive<AbsentThing>(name_ + "." + name)->value();
        return true;
    }
    IValue call(Session&, Arguments) override {
        raise("NotImplementedError", fmt::format("'{}' is of Python's library, which is not here", name_));
    }
    SugaredPtr compile_time(Session&, Graph&, const SourceRange& range) override {
        throw CompileError(range, fmt::format("'{}' is of Python's library, which is not here", name_));
    }

 private:
    const std::string name_;
};

/// A module in compiled code.
class NamespaceValue : public SugaredValue {
 public:
    NamespaceValue(Session& session, IntrusivePtr<Thing> module) : session_(session), module_(std::move(module)) {}
    std::string kind() const override { return "python value of type 'module'"; }
    Value* as_value(const SourceRange& range, Graph&) override { fail_as_value(range, kind()); }
    SugaredPtr attr(const SourceRange& range, Graph& graph, const std::string& field) override {
        IValue found;
        if (!module_->attribute(session_, field, found))
            throw CompileError(range, fmt::format("object has no attribute {}", field));
        return session_.compile_time(found, graph, range);
    }

 private:
    Session& session_;
    const IntrusivePtr<Thing> module_;
};

}  // namespace

bool NamespaceThing::attribute(Session& session, const std::string& name, IValue& out) {
    if (name_ == "torch.ops" || name_ == "torch.classes") {
        out = make_intrusive<NamespaceThing>(name_ + "." + name)->value();
        return true;
    }
    if (name_.starts_with("torch.ops.")) {
        const std::string op = name_.substr(10) + "::" + name;
        if (Registry::instance().find(op).empty()) return false;
        out = make_intrusive<OperatorThing>(op)->value();
        return true;
    }
    if (name_.starts_with("torch.classes.")) {
        const ClassTypePtr type = library_class(fmt::format("__torch__.{}.{}", name_, name));
        if (type) out = make_intrusive<TypeThing>(type)->value();
        return type != nullptr;
    }
    if (name_ == "torch.autograd" && (name == "grad" || name == "backward")) {
        out = make_intrusive<OperatorThing>("aten::" + name)->value();
        return true;
    }
    if (find_provided_name(session, name_, name, out)) return true;
    if (const ScopePtr library = session.library(name_)) {
        if (const IValue* found = library->find(name)) {
            out = *found;
            return true;
        }
    }
    // What is text goes before the operator of its name.
    for (const auto& [package, texts] : kDefinedIn) {
        if (name_ != package) continue;
        if (const std::string_view module = library_module_of(texts, name); !module.empty()) {
            out = *session.library(std::string(module))->find(name);
            return true;
        }
    }
    if (const std::string inner = name_ + "." + name; is_module(inner)) {
        out = make_intrusive<NamespaceThing>(inner)->value();
        return true;
    }
    std::string prefix;
    if (operator_prefix(name_, prefix)) {
        std::string op = "aten::" + prefix + name;
        if (name_ == "math" && name == "remainder") op = "aten::mathremainder";
        if (name_ == "cmath" && name == "phase") op = "aten::angle";
        if (name_ == "math" && !has_numbers(op)) return find_math_function(name, out);
        // A text of the library may name an operator that wick does not have; who calls it is told.
        if (session.in_library > 0 || !Registry::instance().find(op).empty() || !text_overloads(op).empty()) {
            out = make_intrusive<OperatorThing>(std::move(op))->value();
            return true;
        }
    }
    return false;
}

SugaredPtr NamespaceThing::compile_time(Session& session, Graph&, const SourceRange&) {
    return std::make_shared<NamespaceValue>(session, IntrusivePtr<Thing>(this));
}

bool UserModuleThing::attribute(Session& session, const std::string& name, IValue& out) {
    if (const IValue* found = names_->find(name)) {
        out = *found;
        return true;
    }
    const std::string inner = name_ + "." + name;
    const ScopePtr names = session.user_module(inner);
    if (names) out = make_intrusive<UserModuleThing>(inner, names)->value();
    return names != nullptr;
}

SugaredPtr UserModuleThing::compile_time(Session& session, Graph&, const SourceRange&) {
    return std::make_shared<NamespaceValue>(session, IntrusivePtr<Thing>(this));
}

std::vector<std::string> UserModuleThing::public_names() const {
    std::vector<std::string> names;
    for (const std::string& name : names_->names()) {
        if (!name.starts_with('_')) names.push_back(name);
    }
    return names;
}

IValue OperatorThing::call(Session& session, Arguments arguments) {
    std::string path = name_;
    path.replace(path.find("::"), 2, ".");
    // Operators that make tensors take this from Python, and no schema of theirs has it.
    const IValue* given = arguments.keyword("requires_grad");
    const bool records = given && !has_argument(name_, "requires_grad");
    const bool requires_grad = records && session.is_true(*given);
    if (records)
        std::erase_if(arguments.keywords, [](const auto& keyword) { return keyword.first == "requires_grad"; });
    IValue result = session.eager().call("ops." + path, nullptr, arguments.positional, arguments.keywords);
    if (requires_grad && result.is_tensor()) result.tensor_ref().set_requires_grad(true);
    return result;
}

SugaredPtr OperatorThing::compile_time(Session&, Graph&, const SourceRange&) {
    return std::make_shared<BuiltinFunction>(Symbol::from(name_), std::nullopt);
}

IValue import_module(Session& session, const std::string& name) {
    if (is_module(name)) return make_intrusive<NamespaceThing>(name)->value();
    const std::string first = name.substr(0, name.find('.'));
    if (std::ranges::find(kPythonModules, first) != std::end(kPythonModules) && !session.user_module(first))
        return make_intrusive<AbsentThing>(name)->value();
    // A folder's own file comes before what is in it.
    for (size_t dot = name.find('.'); dot != name.npos; dot = name.find('.', dot + 1)) {
        if (!is_module(name.substr(0, dot)) && !session.user_module(name.substr(0, dot)))
            raise("ModuleNotFoundError", fmt::format("No module named '{}'", name.substr(0, dot)));
    }
    const ScopePtr names = session.user_module(name);
    if (!names) raise("ModuleNotFoundError", fmt::format("No module named '{}'", name));
    return make_intrusive<UserModuleThing>(name, names)->value();
}

std::vector<std::string> public_names_of(const IValue& module) {
    if (const auto* user_module = thing_as<UserModuleThing>(module)) return user_module->public_names();
    const auto* known = thing_as<NamespaceThing>(module);
    if (!known || known->name() != "typing") return {};
    std::vector<std::string> names{"NamedTuple", "cast"};
    names.insert(names.end(), type_constructor_names().begin(), type_constructor_names().end());
    return names;
}

}  // namespace wick::jit
