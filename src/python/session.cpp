// A Session (program/session.h) in Python's hands: how wick.jit.script hands over the text of functions and classes,
// the names that they use and the modules that are made of them. wick/jit/_compiler.py finds all of it; here it becomes
// a program.

#include "program/session.h"

#include <fmt/format.h>
#include <memory>
#include <nanobind/stl/string.h>
#include <optional>
#include <string>

#include "frontend/class_values.h"
#include "frontend/emitter.h"
#include "frontend/function_values.h"
#include "program/classes.h"
#include "program/compiled_function.h"
#include "program/functions.h"
#include "program/modules.h"
#include "program/namespaces.h"
#include "program/script_module.h"
#include "python/bindings.h"
#include "python/convert.h"
#include "python/errors.h"
#include "python/gil.h"
#include "python/kept.h"
#include "python/script.h"

namespace nb = nanobind;

namespace wick::python {

namespace {

using jit::Session;

/// A value of the session that Python has no object for: a function, class, module under construction, namespace.
struct ThingHandle {
    IValue value;
};
struct ScopeHandle {
    jit::ScopePtr scope;
};

/// A value of Python's that means nothing in a program: it may be named (in an annotation, say), but not used.
class OpaqueThing : public jit::Thing {
 public:
    OpaqueThing(std::string type_name, std::string refusal)
        : type_name_(std::move(type_name)), refusal_(std::move(refusal)) {}
    std::string kind() const override { return type_name_; }
    jit::SugaredPtr compile_time(Session&, jit::Graph&, const SourceRange& range) override {
        if (!refusal_.empty()) throw CompileError(range, refusal_);
        return std::make_shared<jit::PythonValue>(type_name_);
    }

 private:
    const std::string type_name_;
    const std::string refusal_;  ///< what who uses it is told, "" for that it is no value of programs
};

/// A callable of Python's that a program calls.
class PythonCallable : public jit::ForeignFunction {
 public:
    /// `unit` owns who calls it, and so is not owned here.
    PythonCallable(nb::object callable, const Unit& unit) : callable_(keep(std::move(callable))), unit_(unit) {}

    IValue call(std::vector<IValue> arguments) override {
        const Locked locked;
        nb::list given;
        for (const IValue& argument : arguments) given.append(to_python(argument, unit_.lock()));
        const nb::object returned = (*callable_)(*given);
        IValue value = to_ivalue(returned.ptr());
        WICK_CHECK(value.type()->is_subtype_of(result),
                   "expected value of type {} for return value but instead got value of type {}.\nValue: {}",
                   result->str(), nb::cast<std::string>(nb::type_name(returned.type())),
                   nb::cast<std::string>(nb::repr(returned)));
        return value;
    }

 private:
    const Kept callable_;
    const std::weak_ptr<jit::CompilationUnit> unit_;
};

/// Such a callable as a value of a session.
class ForeignThing : public jit::Thing {
 public:
    ForeignThing(std::string name, IntrusivePtr<PythonCallable> function, std::optional<jit::Schema> schema)
        : name_(std::move(name)), function_(std::move(function)), schema_(std::move(schema)) {}
    std::string kind() const override { return "function"; }
    jit::SugaredPtr compile_time(Session&, jit::Graph&, const SourceRange&) override {
        return std::make_shared<jit::ForeignFunctionValue>(name_, function_, schema_);
    }

 private:
    const std::string name_;
    const IntrusivePtr<PythonCallable> function_;
    const std::optional<jit::Schema> schema_;
};

IValue session_value(nb::handle object) {
    if (nb::isinstance<ThingHandle>(object)) return nb::cast<const ThingHandle&>(object).value;
    if (nb::isinstance<ScriptFunction>(object)) return IValue(nb::cast<const ScriptFunction&>(object).function);
    if (!PyDict_Check(object.ptr()) && !PyList_Check(object.ptr()) && !PyTuple_Check(object.ptr()))
        return to_ivalue(object.ptr());
    // Containers may hold things.
    if (PyDict_Check(object.ptr())) {
        auto dict = make_dict(jit::any_type(), jit::any_type());
        for (const auto& [key, item] : nb::cast<nb::dict>(object)) dict->set(session_value(key), session_value(item));
        return IValue(std::move(dict));
    }
    std::vector<IValue> items;
    for (nb::handle item : object) items.push_back(session_value(item));
    return PyTuple_Check(object.ptr()) ? IValue(make_tuple(std::move(items)))
                                       : IValue(make_list(jit::any_type(), std::move(items)));
}

void fill(DictObject& into, nb::dict from) {
    for (const auto& [name, value] : from) into.set(IValue(nb::cast<std::string>(name)), session_value(value));
}

nb::object thing_or_none(bool found, IValue value) {
    if (!found) return nb::none();
    return nb::cast(ThingHandle{std::move(value)});
}

/// A module as its constructor in Python has left it.
ThingHandle make_module(const ThingHandle& type, nb::dict parameters, nb::dict buffers, nb::dict modules,
                        nb::dict attributes) {
    auto* python_class = jit::thing_as<jit::ClassThing>(type.value);
    if (!python_class) throw ArgumentError("a module is of a class");
    auto module = make_intrusive<jit::ModuleObject>(IntrusivePtr<jit::ClassThing>(python_class));
    fill(*module->parameters, parameters);
    fill(*module->buffers, buffers);
    fill(*module->modules, modules);
    fill(*module->attributes, attributes);
    return {module->value()};
}

/// An object of a class that is none of modules, as its constructor in Python has left it.
ThingHandle make_object(Session& session, const ThingHandle& type, nb::dict attributes) {
    auto* python_class = jit::thing_as<jit::ClassThing>(type.value);
    if (!python_class || python_class->family() != jit::ClassThing::Family::plain)
        throw ArgumentError("an object is of a class");
    auto members = make_dict(jit::any_type(), jit::any_type());
    fill(*members, attributes);
    IValue made;
    session.guarded([&] { made = python_class->object_with(session, *members); });
    return {std::move(made)};
}

/// What `body` gives; what it raises leaves with its traceback.
template <class Body>
auto guarded(Session& session, const Body& body) {
    std::optional<decltype(body())> result;
    session.guarded([&] { result.emplace(body()); });
    return std::move(*result);
}

/// `types`: those of its parameters by their names and of its result as "return"; None for one that takes anything and
/// returns a tensor.
ThingHandle foreign_function(Session& session, const std::string& name, nb::object callable, nb::object types) {
    std::optional<jit::Schema> schema;
    if (!types.is_none()) {
        schema.emplace();
        schema->name = name;
        for (const auto& [parameter, type] : nb::cast<nb::dict>(types)) {
            jit::Argument argument;
            argument.name = nb::cast<std::string>(parameter);
            argument.type = session.script_type(session_value(type), {});
            const bool is_result = argument.name == "return";
            if (!argument.type) argument.type = jit::tensor_type();
            (is_result ? schema->returns : schema->arguments).push_back(std::move(argument));
        }
    }
    auto function = make_intrusive<PythonCallable>(std::move(callable), session.unit());
    return {make_intrusive<ForeignThing>(name, std::move(function), std::move(schema))->value()};
}

/// What runs the function, or the class's method of that name, which the program says is ignored.
void leave_to_python(Session& session, const ThingHandle& thing, const std::string& method, nb::object callable) {
    const auto* owner = jit::thing_as<jit::ClassThing>(thing.value);
    const IValue* found = owner ? owner->names()->find(method) : &thing.value;
    if (auto* function = found ? jit::thing_as<jit::FunctionThing>(*found) : nullptr)
        function->foreign = make_intrusive<PythonCallable>(std::move(callable), session.unit());
}

ScriptModule script_module(Session& session, const ThingHandle& module) {
    return guarded(session, [&] {
        IntrusivePtr<ScriptObject> object =
            session.with_all_defined([&] { return jit::script_module(session, module.value); });
        return ScriptModule(jit::Module(session.unit(), std::move(object)));
    });
}

ScriptFunction script_function(Session& session, const ThingHandle& thing) {
    auto* function = jit::thing_as<jit::FunctionThing>(thing.value);
    if (!function) throw ArgumentError("only functions become ScriptFunctions");
    return guarded(session, [&] {
        const auto compile = [&] {
            IntrusivePtr<jit::Function> compiled(&function->compiled(session));
            jit::define_now(session, *compiled, {});
            return compiled;
        };
        return ScriptFunction{session.with_all_defined(compile), session.unit()};
    });
}

}  // namespace

void bind_session(nb::module_& module) {
    nb::class_<ThingHandle>(module, "_Thing", "A function, class, module or namespace of a session.");

    nb::class_<ScopeHandle>(module, "_Scope", "The names that a text uses and defines.")
        .def(
            "set",
            [](const ScopeHandle& self, const std::string& name, nb::handle value) {
                self.scope->set(name, session_value(value));
            },
            nb::arg("name"), nb::arg("value").none())
        .def("has", [](const ScopeHandle& self, const std::string& name) { return self.scope->find(name) != nullptr; })
        .def("get", [](const ScopeHandle& self, const std::string& name) {
            const IValue* found = self.scope->find(name);
            return thing_or_none(found, found ? *found : IValue());
        });

    nb::class_<Session>(module, "_Session", "A program that is put together from Python.")
        .def("__init__", [](Session* self) { new (self) Session(run_options()); })
        .def(
            "scope",
            [](Session&, const std::string& qualifier) {
                return ScopeHandle{make_intrusive<jit::Scope>(jit::ScopePtr(), qualifier)};
            },
            nb::arg("qualifier"), "A scope whose definitions are called `qualifier`.NAME.")
        .def(
            "execute",
            [](Session& self, const ScopeHandle& scope, const std::string& text, const std::string& file,
               int64_t first_line) {
                self.guarded([&] {
                    self.execute_in(scope.scope, self.parse_text(std::make_shared<Source>(text, file, first_line)));
                });
            },
            nb::arg("scope"), nb::arg("text"), nb::arg("file"), nb::arg("first_line"))
        .def(
            "namespace",
            [](Session&, const std::string& name) {
                return ThingHandle{make_intrusive<jit::NamespaceThing>(name)->value()};
            },
            nb::arg("name"))
        .def(
            "opaque",
            [](Session&, const std::string& type_name, const std::string& refusal) {
                return ThingHandle{make_intrusive<OpaqueThing>(type_name, refusal)->value()};
            },
            nb::arg("type_name"), nb::arg("refusal"), "What stands for a value of Python's that programs can't use.")
        .def(
            "module_of",
            [](Session&, const std::string& name, const ScopeHandle& scope) {
                return ThingHandle{make_intrusive<jit::UserModuleThing>(name, scope.scope)->value()};
            },
            nb::arg("name"), nb::arg("scope"), "A module of Python's whose attributes are the names in the scope.")
        .def(
            "attribute",
            [](Session& self, const std::string& name, const std::string& attribute) {
                IValue found;
                const bool has = make_intrusive<jit::NamespaceThing>(name)->attribute(self, attribute, found);
                return thing_or_none(has, std::move(found));
            },
            nb::arg("namespace"), nb::arg("name"),
            "What a module of the library or an operator of that name is, or None.")
        .def(
            "module",
            [](Session&, const ThingHandle& type, nb::dict parameters, nb::dict buffers, nb::dict modules,
               nb::dict attributes) { return make_module(type, parameters, buffers, modules, attributes); },
            nb::arg("type"), nb::arg("parameters"), nb::arg("buffers"), nb::arg("modules"), nb::arg("attributes"))
        .def("object", &make_object, nb::arg("type"), nb::arg("attributes"))
        .def("foreign_function", &foreign_function, nb::arg("name"), nb::arg("callable"), nb::arg("types").none())
        .def("leave_to_python", &leave_to_python, nb::arg("thing"), nb::arg("method"), nb::arg("callable"))
        .def("script_module", &script_module, nb::arg("module"))
        .def("script_function", &script_function, nb::arg("function"))
        .def(
            "module_around",
            [](Session& self, const ScriptFunction& function) {
                return guarded(self, [&] {
                    return ScriptModule(jit::Module(self.unit(), jit::exported(self, IValue(function.function))));
                });
            },
            nb::arg("function"), "A module whose forward the function is: the form in which it is saved.");
}

}  // namespace wick::python
