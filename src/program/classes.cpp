#include "program/classes.h"

#include <algorithm>
#include <fmt/format.h>

#include "program/annotations.h"
#include "program/builtin_thing.h"
#include "program/class_members.h"
#include "program/session.h"

namespace wick::jit {

ClassThing::ClassThing(std::string name, Family family, IntrusivePtr<ClassThing> base)
    : name_(std::move(name)),
      qualified_name_(family == Family::exception ? "builtins." + name_ : name_),
      family_(family),
      names_(make_intrusive<Scope>(ScopePtr(), "")) {
    if (base) bases_.push_back(std::move(base));
}

ClassThing::ClassThing(Session& session, std::shared_ptr<const Ast> ast, const ast::ClassDef* def,
                       std::vector<IValue> bases, ScopePtr names, const std::string& qualifier)
    : name_(def->name),
      qualified_name_(qualifier + "." + def->name),
      ast_(std::move(ast)),
      def_(def),
      names_(std::move(names)) {
    const bool is_enum = std::ranges::any_of(bases, [](const IValue& base) {
        const auto* type = thing_as<ClassThing>(base);
        return type && type->family() == Family::enumeration;
    });
    for (const IValue& base : bases) {
        // `Generic[T]` and `Protocol` say nothing here, and `str` before `Enum` neither.
        if (thing_as<AnnotationThing>(base) || thing_as<TypeConstructorThing>(base)) continue;
        if (is_enum && thing_as<BuiltinThing>(base)) continue;
        auto* type = thing_as<ClassThing>(base);
        if (!type) raise("TypeError", fmt::format("'{}' cannot be derived from", session.repr(base)));
        bases_.emplace_back(type);
        if (type->family_ != Family::plain && type->family_ != Family::interface) family_ = type->family_;
        if (type->family_ == Family::interface && family_ == Family::plain) family_ = Family::interface;
    }
}

std::vector<ClassThing*> ClassThing::lineage() {
    // Depth first, a class after all that derive from it: Python's order for the shapes that occur.
    std::vector<ClassThing*> order;
    const auto visit = [&](auto& self, ClassThing* type) -> void {
        std::erase(order, type);
        order.push_back(type);
        for (const auto& base : type->bases_) self(self, base.get());
    };
    visit(visit, this);
    return order;
}

bool ClassThing::derives_from(const ClassThing& other) {
    if (this == &other || other.name_ == "object") return true;
    return std::ranges::any_of(bases_, [&](const auto& base) { return base->derives_from(other); });
}

IValue* ClassThing::find(const std::string& name, const ClassThing* after, ClassThing** found_in) {
    bool searching = after == nullptr;
    for (ClassThing* type : lineage()) {
        if (searching) {
            if (IValue* found = type->names_->find(name)) {
                if (found_in) *found_in = type;
                return found;
            }
        }
        searching |= type == after;
    }
    return nullptr;
}

const ast::Expr* ClassThing::annotation(const std::string& name) {
    for (ClassThing* type : lineage()) {
        if (!type->def_) continue;
        bool any = false;
        for (const ast::Stmt* statement : type->def_->body) {
            const auto* assign = ast::as<ast::Assign>(statement);
            if (!assign || !assign->annotation) continue;
            any = true;
            const auto* target = ast::as<ast::Name>(assign->targets[0]);
            if (target && target->id == name) return assign->annotation;
        }
        if (any) return nullptr;  // __annotations__ of a class hides those of its bases
    }
    return nullptr;
}

void ClassThing::finish(Session& session) {
    // Free names of a method are looked up around the class, not in it; the class itself is known by its name, whatever
    // decorators make of it.
    method_names_ = make_intrusive<Scope>(names_->parent(), names_->parent()->qualifier());
    method_names_->set(name_, value());
    session.keep(method_names_);
    for (const std::string& name : names_->names()) {
        const IValue& member = *names_->find(name);
        const auto adopt = [&](const IValue& value) {
            if (auto* function = thing_as<FunctionThing>(value)) {
                if (function->scope == names_) function->scope = method_names_;
                if (function->is_static) {
                    function->qualified_name = names_->parent()->qualifier() + "." + function->name();
                } else {
                    function->owner = this;
                }
            }
        };
        adopt(member);
        if (auto* property = thing_as<PropertyThing>(member)) {
            adopt(property->getter);
            adopt(property->setter);
        }
    }
    if (family_ == Family::enumeration) define_enum(session);
}

std::string ClassThing::repr(Session&) { return fmt::format("<class '{}'>", name_); }

bool ClassThing::attribute(Session& session, const std::string& name, IValue& out) {
    if (name == "__name__" || name == "__qualname__") {
        out = IValue(name_);
        return true;
    }
    if (family_ == Family::enumeration && type_) {
        const auto& members = type_->expect<EnumType>().members();
        for (size_t i = 0; i < members.size(); ++i) {
            if (members[i].first != name) continue;
            out = IValue(make_intrusive<EnumObject>(type_, i));
            return true;
        }
    }
    const IValue* found = find(name);
    if (!found) return false;
    out = *found;
    if (const auto* function = thing_as<FunctionThing>(out)) {
        if (function->is_class_method) out = make_intrusive<BoundMethod>(value(), out)->value();
    }
    return true;
}

void ClassThing::set_attribute(Session&, const std::string& name, IValue value) { names_->set(name, std::move(value)); }

bool ClassThing::elements(Session&, std::vector<IValue>& out) {
    if (family_ != Family::enumeration || !type_) return false;
    for (size_t i = 0; i < type_->expect<EnumType>().members().size(); ++i)
        out.emplace_back(make_intrusive<EnumObject>(type_, i));
    return true;
}

}  // namespace wick::jit
