#pragma once
// Classes of a program: script classes, dataclasses, named tuples, enums, interfaces, exceptions, modules.

#include <string>
#include <vector>

#include "frontend/ast.h"
#include "program/functions.h"
#include "program/scope.h"
#include "program/thing.h"

namespace wick::jit {

class ClassThing : public Thing {
 public:
    enum class Family { plain, module, named_tuple, enumeration, exception, interface };

    /// A class that the language itself has: `object`, `Exception`, `Enum`, ….
    ClassThing(std::string name, Family family, IntrusivePtr<ClassThing> base = {});
    /// A class statement, before its body has run in `names`.
    ClassThing(Session& session, std::shared_ptr<const Ast> ast, const ast::ClassDef* def, std::vector<IValue> bases,
               ScopePtr names, const std::string& qualifier);
    /// After the body has run: members are told what they are members of, enums get their members.
    void finish(Session& session);

    const std::string& name() const { return name_; }
    /// "__torch__.a.B", "builtins.ValueError".
    const std::string& qualified_name() const { return qualified_name_; }
    Family family() const { return family_; }
    const ast::ClassDef* def() const { return def_; }
    const ScopePtr& names() const { return names_; }
    /// This class and those it derives from, in Python's order of look-up.
    std::vector<ClassThing*> lineage();
    bool derives_from(const ClassThing& other);
    /// A member of the class or of one it derives from; null when there is none. `after`: only of those behind it.
    IValue* find(const std::string& name, const ClassThing* after = nullptr, ClassThing** found_in = nullptr);
    /// The annotation of a name in the bodies of the lineage, or null.
    const ast::Expr* annotation(const std::string& name);

    void make_dataclass(Session& session, bool ordered);
    void make_interface() { family_ = Family::interface; }

    std::string kind() const override { return "type"; }
    std::string repr(Session& session) override;
    bool attribute(Session& session, const std::string& name, IValue& out) override;
    void set_attribute(Session& session, const std::string& name, IValue value) override;
    IValue call(Session& session, Arguments arguments) override;
    /// What enum.auto() stands for behind the members so far: the next number, of flags the next bit.
    IValue next_value(const std::string& member);
    /// An object of a plain class with attributes that were set elsewhere. AttributeError and TypeError where they are
    /// not those of the class.
    IValue object_with(Session& session, const DictObject& attributes);
    SugaredPtr compile_time(Session& session, Graph& graph, const SourceRange& range) override;
    TypePtr script_type(Session& session, const SourceRange& range) override;
    bool elements(Session& session, std::vector<IValue>& out) override;

 private:
    IntrusivePtr<ScriptObject> new_object(Session& session);
    void define_class(Session& session);
    /// Whether this is an enum of flags: its members are its bits, names of none or several of them are not.
    bool is_flag();
    void define_enum(Session& session);
    void define_named_tuple(Session& session);
    void define_interface(Session& session);
    IntrusivePtr<Function> declare_method(Session& session, FunctionThing& method, const std::string& name);

    const std::string name_;
    std::string qualified_name_;
    Family family_ = Family::plain;
    std::shared_ptr<const Ast> ast_;
    const ast::ClassDef* def_ = nullptr;
    std::vector<IntrusivePtr<ClassThing>> bases_;
    ScopePtr names_;
    ScopePtr method_names_;                  ///< what methods see: the class's own name, and the scope around the class
    std::vector<std::string> shown_fields_;  ///< of a dataclass
    TypePtr type_;
    bool is_plain_tuple_base_ = false;
    bool is_being_defined_ = false;
};

}  // namespace wick::jit
