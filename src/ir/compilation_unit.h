#pragma once
// The functions and types of one program, by qualified name.

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <wick/types/function.h>
#include <wick/types/type.h>

namespace wick::jit {

/// Owns what a program defines. Types refer to functions, functions to graphs and graphs to types in circles; the
/// unit's end breaks them, so values of the program (objects, graphs) are used no longer than the unit lives.
class CompilationUnit {
 public:
    CompilationUnit() = default;
    CompilationUnit(const CompilationUnit&) = delete;
    CompilationUnit& operator=(const CompilationUnit&) = delete;
    ~CompilationUnit();

    /// Adds a function, method or hook under its qualified name; CompileError when the name is taken.
    Function* add_function(IntrusivePtr<Function> function);
    /// Null when there is none of that name.
    Function* find_function(std::string_view qualified_name) const;
    /// In the order of definition.
    const std::vector<IntrusivePtr<Function>>& functions() const { return functions_; }

    /// Adds a class, interface, enum or named tuple; CompileError when the name is taken.
    void add_type(TypePtr type);
    TypePtr find_type(std::string_view qualified_name) const;
    const std::vector<TypePtr>& types() const { return types_; }

    /// Compiles every function that is only declared so far.
    void define_all();

    /// A name that nothing has yet: "__torch__.M" becomes "__torch__.___torch_mangle_3.M".
    std::string mangle(std::string_view qualified_name);

 private:
    std::vector<IntrusivePtr<Function>> functions_;
    std::vector<TypePtr> types_;
    std::unordered_map<std::string, Function*> functions_by_name_;
    std::unordered_map<std::string, TypePtr> types_by_name_;
    size_t next_mangle_ = 0;
};

/// Qualified name of a class, interface, enum or named tuple; "" for any other type.
std::string type_name(const Type& type);

}  // namespace wick::jit
