// @dataclass writes the methods that a class lacks.

#include <algorithm>
#include <fmt/format.h>

#include "frontend/parser.h"
#include "program/class_members.h"
#include "program/classes.h"
#include "program/session.h"

namespace wick::jit {

static std::string indented(std::string_view lines, size_t by) {
    std::string out;
    for (size_t end = lines.find('\n'); end != lines.npos; lines.remove_prefix(end + 1), end = lines.find('\n'))
        out += std::string(by, ' ') + std::string(lines.substr(0, end + 1));
    return out;
}

/// `Optional[T]`, `T | None`, `Union[T, None]`: the class itself may be in it, so that it has no type yet.
static bool may_be_none(const ast::Expr& annotation) {
    const auto is_none = [](const ast::Expr* expr) {
        const auto* constant = ast::as<ast::Constant>(expr);
        return constant && constant->value.is_none() && !constant->is_ellipsis;
    };
    if (const auto* either = ast::as<ast::Binary>(&annotation)) return is_none(either->left) || is_none(either->right);
    const auto* subscript = ast::as<ast::Subscript>(&annotation);
    if (!subscript) return false;
    const std::string name = dotted_name(subscript->value);
    return name.ends_with("Optional") || (name.ends_with("Union") && std::ranges::any_of(subscript->indices, is_none));
}

/// What stands behind a field's `=`.
static std::optional<IValue> field_default(const IValue& value, const SourceRange& range) {
    const auto* field = thing_as<FieldThing>(value);
    if (!field) return value;
    if (field->arguments.keyword("default_factory"))
        throw CompileError(range, "Default factory initializers are not supported in TorchScript dataclasses");
    const IValue* given = field->arguments.keyword("default");
    return given ? std::optional(*given) : std::nullopt;
}

void ClassThing::make_dataclass(Session& session, bool ordered) {
    std::vector<std::string> fields;
    std::vector<std::pair<std::string, bool>> compared;  // and whether they may be None
    std::string parameters;
    std::string body;
    std::vector<std::optional<IValue>> defaults{std::nullopt};
    std::vector<ClassThing*> levels = lineage();
    std::ranges::reverse(levels);
    for (ClassThing* level : levels) {
        if (!level->def_) continue;
        for (const ast::Stmt* statement : level->def_->body) {
            const auto* assign = ast::as<ast::Assign>(statement);
            const auto* target = assign && assign->annotation ? ast::as<ast::Name>(assign->targets[0]) : nullptr;
            if (!target || std::ranges::find(fields, target->id) != fields.end()) continue;
            fields.push_back(target->id);
            compared.emplace_back(target->id, may_be_none(*assign->annotation));
            parameters += fmt::format(", {}: {}", target->id, assign->annotation->range.text());
            body += fmt::format("    self.{}: {} = {}\n", target->id, assign->annotation->range.text(), target->id);
            // A default may have been deleted again, or never have got there.
            const IValue* const value = assign->value ? find(target->id) : nullptr;
            defaults.push_back(value ? field_default(*value, assign->range) : std::nullopt);
        }
    }
    if (find("__post_init__")) body += "    self.__post_init__()\n";
    std::string text;
    if (!names_->find("__init__"))
        text += fmt::format("def __init__(self{}) -> None:\n{}\n", parameters, body.empty() ? "    pass\n" : body);
    // The texts are PyTorch's, that of __repr__ too, which nobody calls.
    std::string shown;
    for (const std::string& field : fields) shown += fmt::format("{0}{1}=self.{1}", shown.empty() ? "" : ", ", field);
    if (!names_->find("__repr__")) shown_fields_ = fields;
    if (!names_->find("__repr__"))
        text += fmt::format("def __repr__(self) -> str:\n    return '{}({})'\n", name_, shown);
    const auto compare = [&](const std::string& name, bool result, std::string_view step, std::string_view of_none) {
        if (names_->find(name)) return;
        text += fmt::format("def {}(self, other: {}) -> bool:\n", name, name_);
        for (const auto& [field, is_optional] : compared) {
            text += fmt::format("    val1 = self.{0}\n    val2 = other.{0}\n", field);
            if (is_optional) text += "    if val1 is not None and val2 is not None:\n";
            text += indented(step, is_optional ? 8 : 4);
            if (is_optional) text += fmt::format("    elif (val1 is None) != (val2 is None):\n        {}\n", of_none);
        }
        text += fmt::format("    return {}\n", result ? "True" : "False");
    };
    compare("__eq__", true, "if val1 != val2: return False\n", "return False");
    if (ordered) {
        const std::string of_none = fmt::format("raise TypeError('Cannot compare {} with None')", name_);
        for (const char* name : {"__lt__", "__le__"})
            compare(name, name[3] == 'e', "if val1 < val2: return True\nelif val2 < val1: return False\n", of_none);
        for (const char* name : {"__gt__", "__ge__"})
            compare(name, name[3] == 'e', "if val1 > val2: return True\nelif val2 > val1: return False\n", of_none);
    }
    const std::shared_ptr<const Ast> ast = parse(std::make_shared<Source>(text, name_));
    for (const ast::Stmt* statement : ast->body) {
        const auto& def = static_cast<const ast::FunctionDef&>(*statement);
        auto function = make_intrusive<FunctionThing>(ast, &def, method_names_);
        if (def.name == "__init__") {
            function->defaults = defaults;
        } else {
            function->defaults.assign(def.parameters.size(), std::nullopt);
        }
        function->qualified_name = qualified_name_ + "." + def.name;
        function->owner = this;
        names_->set(def.name, function->value());
    }
    // Defaults were class attributes; the fields are the objects' own.
    for (const std::string& field : fields) names_->erase(field);
}

}  // namespace wick::jit
