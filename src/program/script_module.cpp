#include "program/script_module.h"

#include <fmt/format.h>

#include "archive/module_load.h"
#include "archive/module_save.h"
#include "archive/source_export.h"
#include "program/builtin_thing.h"
#include "program/compiled_function.h"
#include "program/functions.h"
#include "program/module_class.h"
#include "program/session.h"

namespace wick::jit {

IntrusivePtr<ScriptObject> script_module(Session& session, const IValue& module) {
    return session.module_classes().object_of(*thing_as<ModuleObject>(module));
}

/// A function as a module whose forward it is, as torch.jit.save wraps one.
static IntrusivePtr<ScriptObject> module_around(Session& session, Function& function) {
    auto type = make_intrusive<ClassType>(session.unique_name("__torch__.PlaceholderModule"), true);
    type->add_attribute("training", bool_type());
    session.unit()->add_type(type);
    const std::shared_ptr<Graph> graph = function.graph()->copy();
    graph->block()->insert_input(0, "self", type);
    Schema schema = function.schema();
    schema.name = "forward";
    Argument self;
    self.name = "self";
    self.type = type;
    schema.arguments.insert(schema.arguments.begin(), std::move(self));
    auto forward = make_intrusive<Function>(type->name() + ".forward", std::move(schema), graph);
    session.unit()->add_function(forward);
    type->add_method(std::move(forward));
    auto object = make_intrusive<ScriptObject>(type);
    object->set_slot(0, IValue(true));
    return object;
}

IntrusivePtr<ScriptObject> exported(Session& session, const IValue& what) {
    if (thing_as<ModuleObject>(what)) return script_module(session, what);
    if (what.is_object() && what.to_object().type->is_module()) return IntrusivePtr<ScriptObject>(&what.to_object());
    if (auto* function = thing_as<FunctionThing>(what)) {
        Function& compiled = function->compiled(session);
        define_now(session, compiled, {});
        return module_around(session, compiled);
    }
    if (what.is_function()) return module_around(session, what.to_function());
    raise("TypeError", fmt::format("a {} cannot be saved as a TorchScript archive", session.type_name(what)));
}

void save_script_module(Session& session, const IValue& what, const std::string& path) {
    const IntrusivePtr<ScriptObject> object = exported(session, what);
    session.unit()->define_all();
    if (session.checking) return;
    SaveOptions options;
    options.get_state = [&](const IntrusivePtr<ScriptObject>& inner) {
        return session.run_compiled(*inner->type->find_method("__getstate__"), {IValue(inner)});
    };
    save_archive(object, path, options);
}

IValue load_script_module(Session& session, const std::string& path) {
    LoadedArchive archive = load_archive(path);
    archive.unit->define_all();
    session.keep(archive.unit, archive.importer);
    for (const auto& [object, state] : archive.pending_states) {
        session.run_compiled(*object->type->find_method("__setstate__"), {IValue(object), state});
        check_restored(*object);
    }
    return IValue(archive.module);
}

namespace {

struct OfModule {
    IntrusivePtr<ScriptObject> module;
    std::string name;
};

void for_each_module(ScriptObject& module, const std::string& prefix,
                     FunctionRef<void(ScriptObject&, const std::string&)> visit) {
    visit(module, prefix);
    for (size_t i = 0; i < module.slot_count(); ++i) {
        const IValue slot = module.slot(i);
        if (slot.is_object() && slot.to_object().type->is_module())
            for_each_module(slot.to_object(), prefix + module.type->attributes()[i].name + ".", visit);
    }
}

IValue train(Session& session, OfModule& data, Arguments& arguments) {
    const bool on = data.name == "train" && (arguments.positional.empty() || session.is_true(arguments.positional[0]));
    for_each_module(*data.module, "", [&](ScriptObject& module, const std::string&) {
        if (module.type->find_attribute("training") >= 0) module.set_attr("training", IValue(on));
    });
    return IValue(data.module);
}

IValue named_tensors(Session&, OfModule& data, Arguments&) {
    std::vector<IValue> out;
    auto state = make_dict(any_type(), any_type());
    for_each_module(*data.module, "", [&](ScriptObject& module, const std::string& prefix) {
        for (size_t i = 0; i < module.slot_count(); ++i) {
            const ClassType::Attribute& attribute = module.type->attributes()[i];
            const bool is_state = data.name == "state_dict";
            const bool wanted = (attribute.is_parameter && (is_state || data.name.ends_with("parameters"))) ||
                                (attribute.is_buffer && (is_state || data.name.ends_with("buffers")));
            if (!wanted || !module.slot(i).is_tensor()) continue;
            if (is_state) {
                state->set(IValue(prefix + attribute.name), module.slot(i));
            } else if (data.name.starts_with("named_")) {
                out.emplace_back(make_tuple({IValue(prefix + attribute.name), module.slot(i)}));
            } else {
                out.push_back(module.slot(i));
            }
        }
    });
    return data.name == "state_dict" ? IValue(std::move(state)) : IValue(make_list(any_type(), std::move(out)));
}

IValue save(Session& session, OfModule& data, Arguments& arguments) {
    save_script_module(session, IValue(data.module), arguments.at(0).to_string());
    return {};
}

}  // namespace

bool script_module_attribute(Session&, const IValue& module, const std::string& name, IValue& out) {
    const IntrusivePtr<ScriptObject> object(&module.to_object());
    const auto method = [&](ClosureThing<OfModule>::Call call) {
        out = make_closure<OfModule>({object, name}, call);
        return true;
    };
    if (name == "eval" || name == "train") return method(train);
    if (name == "parameters" || name == "named_parameters" || name == "buffers" || name == "named_buffers" ||
        name == "state_dict")
        return method(named_tensors);
    if (name == "save") return method(save);
    if (name == "code" || name == "graph") {
        Function* forward = object->type->find_method("forward");
        if (!forward) return false;
        out = name == "code" ? IValue(method_source(*forward).code) : IValue(forward->graph()->str());
        return true;
    }
    return false;
}

}  // namespace wick::jit
