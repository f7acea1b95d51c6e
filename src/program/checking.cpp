#include "program/checking.h"

#include <algorithm>
#include <chrono>

#include <wick/support/error.h>
#include <wick/support/function_ref.h>

#include "ops/registry.h"
#include "program/builtins.h"
#include "program/classes.h"
#include "program/compiled_function.h"
#include "program/functions.h"
#include "program/modules.h"
#include "program/script_module.h"
#include "program/session.h"

namespace wick::jit {

namespace {

/// A program whose top level takes longer is looked at as far as it has come.
constexpr std::chrono::seconds kPatience(10);

class Errors {
 public:
    explicit Errors(Session& session) : session_(session) {}

    void check(FunctionRef<void()> body) {
        try {
            session_.guarded(body);
        } catch (const NotCompilable&) {
            // Python's half runs it.
        } catch (const CompileError& error) {
            add(error.what(), error.range().begin());
        } catch (const LimitError&) {
        } catch (const Error& error) {
            if (found_.empty()) add(error.what(), 0);
        }
    }

    /// The first line of each message, as notes.
    std::vector<std::string> notes() {
        std::vector<std::string> out;
        for (std::string& message : messages()) {
            if (const size_t at = message.find(": error: "); at != message.npos)
                message.replace(at, 9, ": note: where the parameters are Tensors: ");
            out.push_back(std::move(message));
        }
        return out;
    }

    /// In the order of the text.
    std::vector<std::string> messages() {
        std::ranges::stable_sort(found_, {}, &std::pair<int64_t, std::string>::first);
        std::vector<std::string> out;
        for (auto& [place, message] : found_) out.push_back(std::move(message));
        return out;
    }

 private:
    /// A mistake in a function is found again by whoever calls it: its first line, with its place, stands for it.
    void add(std::string message, int64_t place) {
        while (message.ends_with('\n')) message.pop_back();
        const std::string_view first = std::string_view(message).substr(0, message.find('\n'));
        const bool known = std::ranges::any_of(found_, [&](const auto& other) {
            return other.second == first || other.second.starts_with(std::string(first) + '\n');
        });
        if (!known) found_.emplace_back(place, std::move(message));
    }

    Session& session_;
    std::vector<std::pair<int64_t, std::string>> found_;
};

}  // namespace

CheckedProgram check_program(Session& session, const std::shared_ptr<const Source>& source) {
    Errors errors(session);
    Errors notes(session);
    session.checking = true;
    session.options().output.print = [](std::string_view) {};
    session.options().output.warn = [](std::string_view) {};
    auto& deadline = session.options().deadline;
    deadline = std::min(deadline.value_or(std::chrono::steady_clock::time_point::max()),
                        std::chrono::steady_clock::now() + kPatience);
    const auto check = [&](const auto& body) { errors.check(body); };
    std::shared_ptr<const Ast> ast;
    check([&] { ast = session.parse_text(source); });
    for (size_t i = 0; ast && i < ast->body.size(); ++i) check([&] { session.execute_statement(ast, *ast->body[i]); });
    const std::vector<std::string> names = session.globals()->names();
    for (const std::string& name : names) {
        const IValue* global = session.find(name);
        if (!global) continue;
        const IValue value = *global;
        if (auto* function = thing_as<FunctionThing>(value)) {
            if (!function->def || function->only_python_runs()) continue;
            if (!function->is_generic()) {
                check([&] { define_now(session, function->compiled(session), {}); });
            } else if (!function->has_instances()) {
                notes.check([&] { define_now(session, function->compiled(session), {}); });
            }
        } else if (auto* type = thing_as<ClassThing>(value); type && type->def()) {
            if (type->family() != ClassThing::Family::exception && type->family() != ClassThing::Family::module)
                check([&] { type->script_type(session, type->def()->name_range); });
            // A module that can be made without arguments is made.
            const IValue* member = type->family() == ClassThing::Family::module ? type->find("__init__") : nullptr;
            const auto* init = member ? thing_as<FunctionThing>(*member) : nullptr;
            if (init && init->parameters().size() == 1) check([&] { script_module(session, session.call(value, {})); });
        } else if (thing_as<ModuleObject>(value)) {
            check([&] { script_module(session, value); });
        }
    }
    return {errors.messages(), notes.notes()};
}

/// What `value.` can be followed by; not complete for modules whose names are looked up lazily.
static std::vector<std::string> attribute_names(const IValue& value) {
    std::vector<std::string> names;
    const auto operators = [&](std::string_view prefix, bool as_method) {
        for (const Operator* op : Registry::instance().all()) {
            if (!op->name.starts_with(prefix)) continue;
            if (as_method && (op->schema().arguments.empty() || op->schema().arguments[0].name != "self" ||
                              !value.type()->is_subtype_of(*op->schema().arguments[0].type)))
                continue;
            names.push_back(op->name.substr(prefix.size()));
        }
    };
    if (auto* module = thing_as<ModuleObject>(value)) {
        for (const auto* store : {&module->parameters, &module->buffers, &module->modules, &module->attributes}) {
            for (auto& [name, item] : (*store)->items()) names.push_back(name.to_string());
        }
        for (ClassThing* level : module->type->lineage())
            names.insert(names.end(), level->names()->names().begin(), level->names()->names().end());
    } else if (auto* type = thing_as<ClassThing>(value)) {
        for (ClassThing* level : type->lineage())
            names.insert(names.end(), level->names()->names().begin(), level->names()->names().end());
    } else if (thing_of(value)) {
        if (thing_of(value)->kind() == "module") operators("aten::", false);
    } else {
        operators("aten::", true);
    }
    std::erase_if(names, [](const std::string& name) { return name.starts_with("_"); });
    return names;
}

std::vector<std::string> known_names(Session& session, const std::string& object) {
    std::vector<std::string> names;
    if (object.empty()) {
        names = session.globals()->names();
        for (const std::string& builtin : builtin_names()) names.push_back(builtin);
    } else {
        IValue value;
        const IValue* first = session.find(object.substr(0, object.find('.')));
        if (!first) return names;
        value = *first;
        for (size_t dot = object.find('.'); dot != object.npos;) {
            const size_t next = object.find('.', dot + 1);
            IValue member;
            if (!session.find_attribute(value, object.substr(dot + 1, next == object.npos ? next : next - dot - 1),
                                        member))
                return names;
            value = std::move(member);
            dot = next;
        }
        names = attribute_names(value);
    }
    std::ranges::sort(names);
    names.erase(std::unique(names.begin(), names.end()), names.end());
    return names;
}

}  // namespace wick::jit
