#pragma once
// The code of an archive: Python-like text per qualified prefix, read and compiled as names are asked for.
//
// The class "__torch__.a.b.C" is defined in the source of the qualifier "__torch__.a.b". A source is parsed once, a
// class or function is imported when its name is first used, and a body is compiled when it is first demanded or by
// CompilationUnit::define_all. Signatures don't need bodies, so importing does not recurse through calls.

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <wick/support/source_range.h>
#include <wick/types/ivalue.h>

#include "ir/compilation_unit.h"

namespace wick::jit {

/// One place in the code that names an operator.
struct OperatorUse {
    std::string name;  ///< "aten::add"
    SourceRange range;
    bool known;  ///< the registry has an operator of that name
};

class SourceImporter {
 public:
    /// The source of a qualifier ("__torch__.a.b"), or null when there is none. Sources carry their origins
    /// (Source::set_origin) when the archive has debug records.
    using Reader = std::function<std::shared_ptr<const Source>(const std::string& qualifier)>;

    /// `constants` is what CONSTANTS.c0, c1, … name. `version` is the archive's operator version, which selects
    /// upgraders.
    SourceImporter(std::shared_ptr<CompilationUnit> unit, std::vector<IValue> constants, Reader reader,
                   int64_t version);
    ~SourceImporter();
    SourceImporter(const SourceImporter&) = delete;
    SourceImporter& operator=(const SourceImporter&) = delete;

    /// The class, interface, enum or named tuple of that name, imported now if need be; null when no source defines it.
    /// CompileError when the code is wrong.
    TypePtr resolve_type(const std::string& qualified_name);
    /// A free function of that name; null when no source defines it.
    Function* resolve_function(const std::string& qualified_name);
    /// The type that an archive's type string names: "Dict[str, __torch__.M]".
    TypePtr parse_type(std::string_view annotation);
    /// Every operator that the sources parsed so far name, in order, whether it exists or not.
    std::vector<OperatorUse> operator_uses() const;

    const std::shared_ptr<CompilationUnit>& unit() const { return unit_; }

 private:
    class Impl;
    std::shared_ptr<CompilationUnit> unit_;
    std::shared_ptr<Impl> impl_;
};

}  // namespace wick::jit
