#include "python/script.h"

#include <fmt/format.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>
#include <sstream>
#include <string>

#include <wick/api/freeze.h>

#include "archive/source_export.h"
#include "archive/torch_save.h"
#include "ir/graph.h"
#include "ir/graph_picture.h"
#include "passes/inline_calls.h"
#include "program/modules.h"
#include "python/bindings.h"
#include "python/gil.h"
#include "python/script_calls.h"

namespace nb = nanobind;

namespace wick::python {

namespace {

struct GraphHandle {
    std::shared_ptr<jit::Graph> graph;
};

/// An object of a class of the program.
struct ScriptObjectHandle {
    IntrusivePtr<ScriptObject> object;
    Unit unit;
};
struct FutureHandle {
    IntrusivePtr<FutureObject> future;
    Unit unit;
};
struct EnumHandle {
    IntrusivePtr<EnumObject> member;
    Unit unit;
};

std::string class_name(const jit::Module& module) {
    return module.type_name().substr(module.type_name().rfind('.') + 1);
}

std::string repr(const jit::Module& module) {
    std::string inner;
    for (const auto& [name, child] : module.named_children()) {
        std::string text = repr(child);
        for (size_t at = text.find('\n'); at != text.npos; at = text.find('\n', at + 3)) text.insert(at + 1, "  ");
        inner += fmt::format("\n  ({}): {}", name, text);
    }
    return fmt::format("RecursiveScriptModule({}original_name={}{})", inner.empty() ? "" : "\n  ", class_name(module),
                       inner.empty() ? "" : inner + "\n");
}

/// (name, value) pairs as an iterator.
template <class Pairs>
nb::object iterate(const Pairs& pairs, const Unit& unit) {
    nb::list list;
    for (const auto& [name, value] : pairs) list.append(nb::make_tuple(name, to_python(IValue(value), unit)));
    return nb::iter(list);
}
nb::object iterate(const std::vector<std::pair<std::string, jit::Module>>& pairs, const Unit&) {
    nb::list list;
    for (const auto& [name, module] : pairs) list.append(nb::make_tuple(name, ScriptModule(module)));
    return nb::iter(list);
}
nb::object iterate(const std::vector<Tensor>& tensors) { return nb::iter(to_python(IValue(tensors))); }

/// As nn.Module orders its state: a module's parameters, its buffers, then what is below it.
void add_state(const jit::Module& module, const std::string& prefix, nb::object& state) {
    for (const auto& [name, tensor] : module.named_parameters(false))
        state[nb::cast(prefix + name)] = to_python(tensor);
    for (const auto& [name, tensor] : module.named_buffers(false)) state[nb::cast(prefix + name)] = to_python(tensor);
    for (const auto& [name, child] : module.named_children()) add_state(child, prefix + name + ".", state);
}

jit::ExtraFiles extra_files_of(nb::handle files) {
    jit::ExtraFiles out;
    if (files.is_none()) return out;
    for (const auto& [name, contents] : nb::cast<nb::dict>(files)) {
        const nb::object bytes = PyUnicode_Check(contents.ptr()) ? contents.attr("encode")() : nb::borrow(contents);
        const auto text = nb::cast<nb::bytes>(bytes);
        out[nb::cast<std::string>(name)] = std::string(text.c_str(), text.size());
    }
    return out;
}

nb::object attribute(const ScriptModule& self, const std::string& name) {
    if (self.module.hasattr(name)) return to_python(self.module.attr(name), self.module.unit());
    if (const auto method = self.module.find_method(name)) return nb::cast(*method);
    if (const auto* property = self.module.object()->type->find_property(name)) {
        return call(*property->getter, self.module.unit(), {IValue(self.module.object())}, {});
    }
    throw nb::attribute_error(fmt::format("'{}' object has no attribute '{}'", class_name(self.module), name).c_str());
}

void bind_module(nb::module_& module) {
    nb::class_<jit::Method>(module, "ScriptMethod", "A method of a ScriptModule.",
                            nb::type_slots(call_slots<jit::Method>()))
        .def_prop_ro("name", &jit::Method::name)
        .def_prop_ro("code", &jit::Method::code)
        .def_prop_ro("schema", [](const jit::Method& self) { return self.schema().str(); })
        .def_prop_ro("graph", [](const jit::Method& self) { return GraphHandle{self.function().graph()}; })
        .def_prop_ro("inlined_graph",
                     [](const jit::Method& self) { return GraphHandle{jit::inlined(*self.function().graph())}; });

    nb::class_<ScriptModule>(module, "ScriptModule",
                             "A compiled module. Calls may run on any number of threads at once.",
                             nb::is_weak_referenceable(), nb::type_slots(call_slots<ScriptModule>()))
        .def("forward", [](const ScriptModule& self, const nb::args& arguments,
                           const nb::kwargs& keywords) { return call(self, arguments, keywords); })
        .def("__getattr__", &attribute)
        .def("__setattr__", [](ScriptModule& self, const std::string& name,
                               nb::handle value) { self.module.setattr(name, to_ivalue(value.ptr())); })
        .def("__repr__", [](const ScriptModule& self) { return repr(self.module); })
        .def("__eq__",
             [](const ScriptModule& self, nb::handle other) {
                 return nb::isinstance<ScriptModule>(other) &&
                        self.module.object() == nb::cast<const ScriptModule&>(other).module.object();
             })
        .def("__hash__",
             [](const ScriptModule& self) { return reinterpret_cast<uintptr_t>(self.module.object().get()); })
        .def("__len__", [](const ScriptModule& self) { return self.module.named_children().size(); })
        .def("__iter__",
             [](const ScriptModule& self) {
                 nb::list list;
                 for (const auto& [name, child] : self.module.named_children()) list.append(ScriptModule(child));
                 return nb::iter(list);
             })
        .def("__getitem__",
             [](const ScriptModule& self, nb::handle key) {
                 const auto children = self.module.named_children();
                 if (PyUnicode_Check(key.ptr())) return attribute(self, nb::cast<std::string>(key));
                 const auto at = nb::cast<int64_t>(key);
                 const auto size = static_cast<int64_t>(children.size());
                 if (at < -size || at >= size) throw IndexError(fmt::format("index {} is out of range", at));
                 return nb::cast(ScriptModule(children[at < 0 ? at + size : at].second));
             })
        .def_prop_ro("original_name", [](const ScriptModule& self) { return class_name(self.module); })
        .def_prop_ro("code", [](const ScriptModule& self) { return forward_of(self).code(); })
        .def_prop_ro("graph", [](const ScriptModule& self) { return GraphHandle{forward_of(self).function().graph()}; })
        .def_prop_ro(
            "inlined_graph",
            [](const ScriptModule& self) { return GraphHandle{jit::inlined(*forward_of(self).function().graph())}; })
        .def(
            "parameters",
            [](const ScriptModule& self, bool recurse) { return iterate(self.module.parameters(recurse)); },
            nb::arg("recurse") = true)
        .def(
            "buffers", [](const ScriptModule& self, bool recurse) { return iterate(self.module.buffers(recurse)); },
            nb::arg("recurse") = true)
        .def(
            "named_parameters",
            [](const ScriptModule& self, bool recurse) { return iterate(self.module.named_parameters(recurse), {}); },
            nb::arg("recurse") = true)
        .def(
            "named_buffers",
            [](const ScriptModule& self, bool recurse) { return iterate(self.module.named_buffers(recurse), {}); },
            nb::arg("recurse") = true)
        .def(
            "named_attributes",
            [](const ScriptModule& self, bool recurse) {
                return iterate(self.module.named_attributes(recurse), self.module.unit());
            },
            nb::arg("recurse") = true)
        .def("named_children", [](const ScriptModule& self) { return iterate(self.module.named_children(), {}); })
        .def("named_modules", [](const ScriptModule& self) { return iterate(self.module.named_modules(), {}); })
        .def(
            "methods",
            [](const ScriptModule& self) {
                nb::list names;
                for (const jit::Method& method : self.module.get_methods()) names.append(method.name());
                return names;
            },
            "The names of its methods.")
        .def("state_dict",
             [](const ScriptModule& self) {
                 nb::object state = nb::module_::import_("collections").attr("OrderedDict")();
                 add_state(self.module, "", state);
                 return state;
             })
        .def(
            "load_state_dict",
            [](nb::object self, nb::object state, bool strict) {
                return nb::module_::import_("wick._state").attr("load_state_dict")(self, state, strict);
            },
            nb::arg("state_dict"), nb::arg("strict") = true)
        .def(
            "train",
            [](nb::object self, bool mode) {
                nb::cast<ScriptModule&>(self).module.train(mode);
                return self;
            },
            nb::arg("mode") = true)
        .def("eval",
             [](nb::object self) {
                 nb::cast<ScriptModule&>(self).module.eval();
                 return self;
             })
        .def(
            "to",
            [](nb::object self, nb::object what) {
                if (nb::isinstance<DTypeObject>(what)) {
                    nb::cast<ScriptModule&>(self).module.to(nb::cast<DTypeObject>(what).dtype);
                } else if (nb::cast<std::string>(nb::str(what)).substr(0, 3) != "cpu") {
                    throw OpError("wick computes on the CPU");
                }
                return self;
            },
            nb::arg("dtype_or_device"), "Converts floating-point parameters and buffers in place.")
        .def(
            "save",
            [](const ScriptModule& self, const std::string& path, nb::handle extra_files) {
                self.module.save(path, extra_files_of(extra_files));
            },
            nb::arg("path"), nb::arg("_extra_files") = nb::none(), "Writes an archive that PyTorch and wick load.")
        .def(
            "save_to_buffer",
            [](const ScriptModule& self, nb::handle extra_files) {
                const std::string bytes = self.module.save_to_memory(extra_files_of(extra_files));
                return nb::bytes(bytes.data(), bytes.size());
            },
            nb::arg("_extra_files") = nb::none())
        .def(
            "__deepcopy__",
            [](const ScriptModule& self, nb::handle) {
                std::istringstream stream(self.module.save_to_memory({}));
                return ScriptModule(jit::load(stream));
            },
            nb::arg("memo"));
}

void bind_function(nb::module_& module) {
    nb::class_<ScriptFunction>(module, "ScriptFunction", "A compiled function.", nb::is_weak_referenceable(),
                               nb::type_slots(call_slots<ScriptFunction>()))
        .def(
            "save",
            [](nb::object self, const std::string& path, nb::object extra_files) {
                nb::module_::import_("wick.jit._compiler").attr("module_around")(self).attr("save")(path, extra_files);
            },
            nb::arg("path"), nb::arg("_extra_files") = nb::none(), "Writes it as the forward of a module.")
        .def(
            "save_to_buffer",
            [](nb::object self, nb::object extra_files) {
                return nb::module_::import_("wick.jit._compiler")
                    .attr("module_around")(self)
                    .attr("save_to_buffer")(extra_files);
            },
            nb::arg("_extra_files") = nb::none())
        .def_prop_ro("name", [](const ScriptFunction& self) { return self.function->name(); })
        .def_prop_ro("qualified_name", [](const ScriptFunction& self) { return self.function->qualified_name(); })
        .def_prop_ro("schema", [](const ScriptFunction& self) { return self.function->schema().str(); })
        .def_prop_ro("code", [](const ScriptFunction& self) { return jit::method_source(*self.function).code; })
        .def_prop_ro("graph", [](const ScriptFunction& self) { return GraphHandle{self.function->graph()}; })
        .def_prop_ro("inlined_graph",
                     [](const ScriptFunction& self) { return GraphHandle{jit::inlined(*self.function->graph())}; });
}

void bind_objects(nb::module_& module) {
    nb::class_<GraphHandle>(module, "Graph", "The typed program of a function.")
        .def("__repr__", [](const GraphHandle& self) { return self.graph->str(); })
        .def(
            "_repr_svg_", [](const GraphHandle& self) { return jit::graph_svg(*self.graph); },
            "Its picture, which notebooks show.");
    nb::class_<ScriptObjectHandle>(module, "ScriptObject", "An object of a class of a program.")
        .def("__getattr__",
             [](const ScriptObjectHandle& self, const std::string& name) -> nb::object {
                 jit::ClassType& type = *self.object->type;
                 if (type.find_attribute(name) >= 0) return to_python(self.object->attr(name), self.unit);
                 if (const IValue* constant = type.find_constant(name)) return to_python(*constant, self.unit);
                 jit::Function* method = type.find_method(name);
                 if (!method)
                     throw nb::attribute_error(
                         fmt::format("'{}' object has no attribute '{}'", type.name(), name).c_str());
                 return nb::cpp_function([self, method](const nb::args& arguments, const nb::kwargs& keywords) {
                     std::vector<IValue> values = values_of(arguments);
                     values.insert(values.begin(), IValue(self.object));
                     return call(*method, self.unit, std::move(values), keywords);
                 });
             })
        .def("__setattr__",
             [](ScriptObjectHandle& self, const std::string& name, nb::handle value) {
                 const int64_t slot = self.object->type->find_attribute(name);
                 if (slot < 0) throw nb::attribute_error(name.c_str());
                 self.object->set_attr(
                     name, jit::value_as(to_ivalue(value.ptr()), self.object->type->attributes()[slot].type, name));
             })
        .def("__repr__", [](const ScriptObjectHandle& self) {
            return fmt::format("<wick.ScriptObject of {}>", self.object->type->name());
        });
    nb::class_<FutureHandle>(module, "Future", "The result of a forked call.")
        .def("wait",
             [](const FutureHandle& self) {
                 {
                     const Unlocked unlocked;
                     self.future->complete();
                 }
                 return to_python(self.future->wait(), self.unit);
             })
        .def("value", [](const FutureHandle& self) { return to_python(self.future->value_if_completed(), self.unit); })
        .def("done", [](const FutureHandle& self) { return self.future->completed(); });
    nb::class_<EnumHandle>(module, "ScriptEnum", "A member of an enum of a program.")
        .def_prop_ro("name", [](const EnumHandle& self) { return self.member->name(); })
        .def_prop_ro("value", [](const EnumHandle& self) { return to_python(self.member->value(), self.unit); })
        .def("__eq__",
             [](const EnumHandle& self, nb::handle other) {
                 return nb::isinstance<EnumHandle>(other) &&
                        IValue(self.member).equals(IValue(nb::cast<const EnumHandle&>(other).member));
             })
        .def("__repr__", [](const EnumHandle& self) {
            return "<" + self.member->type->expect<jit::EnumType>().name() + "." + self.member->name() + ">";
        });
}

jit::LoadOptions load_options(jit::ExtraFiles& files) {
    jit::LoadOptions options;
    options.extra_files = &files;
    options.setstate_options = run_options();
    return options;
}

nb::object with_extra_files(jit::Module module, const jit::ExtraFiles& files) {
    nb::dict extra;
    for (const auto& [name, contents] : files) extra[nb::cast(name)] = nb::bytes(contents.data(), contents.size());
    return nb::make_tuple(ScriptModule(std::move(module)), extra);
}

}  // namespace

nb::object script_object_to_python(const IValue& value, const Unit& unit) {
    switch (value.tag()) {
        case IValue::Tag::Object: {
            IntrusivePtr<ScriptObject> object(&value.to_object());
            if (object->type->is_module()) return nb::cast(ScriptModule(jit::Module(unit, std::move(object))));
            return nb::cast(ScriptObjectHandle{std::move(object), unit});
        }
        case IValue::Tag::Future:
            return nb::cast(FutureHandle{IntrusivePtr<FutureObject>(&value.to_future()), unit});
        case IValue::Tag::Enum:
            return nb::cast(EnumHandle{IntrusivePtr<EnumObject>(&value.to_enum()), unit});
        case IValue::Tag::Function:
            return nb::cast(ScriptFunction{IntrusivePtr<jit::Function>(&value.to_function()), unit});
        default:
            throw ArgumentError(fmt::format("a {} has no form in Python", value.tag_name()));
    }
}

bool script_object_from_python(PyObject* object, IValue& out) {
    const nb::handle handle(object);
    if (nb::isinstance<ScriptModule>(handle)) {
        out = IValue(nb::cast<const ScriptModule&>(handle).module.object());
    } else if (nb::isinstance<ScriptObjectHandle>(handle)) {
        out = IValue(nb::cast<const ScriptObjectHandle&>(handle).object);
    } else if (nb::isinstance<FutureHandle>(handle)) {
        out = IValue(nb::cast<const FutureHandle&>(handle).future);
    } else if (nb::isinstance<EnumHandle>(handle)) {
        out = IValue(nb::cast<const EnumHandle&>(handle).member);
    } else {
        return false;
    }
    return true;
}

void bind_script(nb::module_& module) {
    bind_objects(module);
    bind_module(module);
    bind_function(module);
    module.def(
        "_load_file",
        [](const std::string& path) {
            jit::ExtraFiles files;
            std::optional<jit::Module> loaded;
            {
                const Unlocked unlocked;
                loaded = jit::load(path, load_options(files));
            }
            return with_extra_files(*loaded, files);
        },
        nb::arg("path"), "(module, extra files) of an archive.");
    module.def(
        "_load_bytes",
        [](nb::bytes bytes) {
            jit::ExtraFiles files;
            std::istringstream stream(std::string(bytes.c_str(), bytes.size()));
            return with_extra_files(jit::load(stream, load_options(files)), files);
        },
        nb::arg("bytes"));
    module.def(
        "_freeze",
        [](const ScriptModule& self, const std::vector<std::string>& preserved, bool optimize_numerics) {
            return ScriptModule(jit::freeze(self.module, preserved, optimize_numerics));
        },
        nb::arg("module"), nb::arg("preserved"), nb::arg("optimize_numerics"));
    module.def(
        "_run_frozen_optimizations",
        [](const ScriptModule& self, bool optimize_numerics, const std::vector<std::string>& methods) {
            jit::run_frozen_optimizations(self.module, optimize_numerics, methods);
        },
        nb::arg("module"), nb::arg("optimize_numerics"), nb::arg("methods"));
    module.def(
        "_optimize_for_inference",
        [](const ScriptModule& self, const std::vector<std::string>& other_methods) {
            return ScriptModule(jit::optimize_for_inference(self.module, other_methods));
        },
        nb::arg("module"), nb::arg("other_methods"));
    module.def(
        "_load_weights", [](const std::string& path) { return to_python(archive::load_torch_file(path)); },
        nb::arg("path"));
    module.def(
        "_load_weights_from",
        [](nb::bytes bytes) {
            return to_python(archive::load_torch_bytes(archive::Bytes::of(std::string(bytes.c_str(), bytes.size()))));
        },
        nb::arg("bytes"));
    module.def(
        "_save_weights",
        [](nb::handle value, const std::string& path) { archive::save_torch_file(to_ivalue(value.ptr()), path); },
        nb::arg("value"), nb::arg("path"));
    module.def(
        "_save_weights_to",
        [](nb::handle value) {
            const std::string bytes = archive::save_torch_bytes(to_ivalue(value.ptr()));
            return nb::bytes(bytes.data(), bytes.size());
        },
        nb::arg("value"));
}

}  // namespace wick::python
