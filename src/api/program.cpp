#include <algorithm>
#include <fstream>
#include <iterator>

#include <wick/api/program.h>
#include <wick/support/check.h>

#include "archive/source_export.h"
#include "program/checking.h"
#include "program/classes.h"
#include "program/functions.h"
#include "program/modules.h"
#include "program/script_module.h"
#include "program/session.h"

namespace wick::jit {

Program::Program(RunOptions options) : session_(std::make_shared<Session>(std::move(options))) {}

IValue Program::run(const std::string& text, const std::string& name) {
    return session_->execute(std::make_shared<Source>(text, name));
}

static std::string text_of(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) throw Error(fmt::format("{}: cannot be read", path));
    return std::string(std::istreambuf_iterator<char>(file), {});
}

/// Files that the program imports are searched beside it.
static std::string folder_of(const std::string& path) {
    const size_t slash = path.rfind('/');
    return slash == path.npos ? "." : path.substr(0, slash + 1);
}

IValue Program::run_file(const std::string& path) {
    session_->search_in(folder_of(path));
    return run(text_of(path), path);
}

bool Program::has(const std::string& name) const { return session_->find(name) != nullptr; }

static IValue& named(Session& session, const std::string& name) {
    IValue* value = session.find(name);
    WICK_CHECK(value, "the program defines no '{}'", name);
    return *value;
}

IValue Program::call(const std::string& name, std::vector<IValue> arguments, const Kwargs& kwargs) {
    const IValue callee = named(*session_, name);
    IValue result;
    session_->guarded([&] { result = session_->call(callee, {std::move(arguments), kwargs}); });
    return result;
}

IValue Program::get(const std::string& name) const {
    const IValue& value = named(*session_, name);
    WICK_CHECK(!holds_thing(value), "'{}' is a {} of the program", name, session_->type_name(value));
    return value;
}

std::string Program::repr(const IValue& value) const { return session_->repr(value); }

Module Program::script(const std::string& name) {
    IValue value = named(*session_, name);
    IntrusivePtr<ScriptObject> object;
    session_->guarded([&] {
        if (auto* type = thing_as<ClassThing>(value); type && type->family() == ClassThing::Family::module)
            value = session_->call(value, {});
        object = exported(*session_, value);
        session_->unit()->define_all();
    });
    return Module(session_->unit(), std::move(object));
}

/// `text` of each function that has a body by now.
template <class Text>
static std::vector<std::pair<std::string, std::string>> texts_of(const CompilationUnit& unit, const Text& text) {
    std::vector<std::pair<std::string, std::string>> texts;
    for (const IntrusivePtr<Function>& function : unit.functions())
        texts.emplace_back(function->qualified_name(), text(*function));
    std::ranges::sort(texts);
    return texts;
}

std::vector<std::pair<std::string, std::string>> Program::code() const {
    return texts_of(*session_->unit(), [](Function& function) { return function_source(function).code; });
}

std::vector<std::pair<std::string, std::string>> Program::graphs() const {
    return texts_of(*session_->unit(), [](Function& function) { return function.graph()->str(); });
}

std::string Program::default_entry() const {
    std::string best;
    int rank = 0;
    for (const std::string& name : session_->globals()->names()) {
        const IValue& value = *session_->find(name);
        const auto* type = thing_as<ClassThing>(value);
        const bool is_module =
            thing_as<ModuleObject>(value) || (value.is_object() && value.to_object().type->is_module());
        const auto* function = thing_as<FunctionThing>(value);
        const int found = is_module                                                             ? 3
                          : type && type->def() && type->family() == ClassThing::Family::module ? 2
                          : function && function->def                                           ? 1
                                                                                                : 0;
        if (found == 0 || found < rank) continue;
        rank = found;
        best = name;
    }
    return best;
}

std::vector<std::string> Program::check(const std::string& text, const std::string& name,
                                        std::vector<std::string>* notes) {
    CheckedProgram checked = check_program(*session_, std::make_shared<Source>(text, name));
    if (notes) *notes = std::move(checked.notes);
    return std::move(checked.errors);
}

std::vector<std::string> Program::check_file(const std::string& path, std::vector<std::string>* notes) {
    session_->search_in(folder_of(path));
    return check(text_of(path), path, notes);
}

std::vector<std::string> Program::names(const std::string& object) const { return known_names(*session_, object); }

Program compile(const std::string& text) {
    Program program;
    program.run(text);
    return program;
}

}  // namespace wick::jit
