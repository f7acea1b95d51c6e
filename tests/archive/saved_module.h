#pragma once
// Modules for the tests of saving, made from program text and values.

#include <map>
#include <memory>
#include <string>

#include <wick/types/ivalue.h>

#include "frontend/source_importer.h"

namespace wick::jit {

/// Classes by name from the text of "__torch__".
class SmallProgram {
 public:
    explicit SmallProgram(std::string code)
        : importer_(
              std::make_shared<CompilationUnit>(), {},
              [code = std::move(code)](const std::string& qualifier) -> std::shared_ptr<const Source> {
                  return qualifier == "__torch__" ? std::make_shared<Source>(code, "small.py") : nullptr;
              },
              10) {}

    IntrusivePtr<ScriptObject> object(const std::string& name, std::vector<IValue> attributes) {
        const TypePtr type = importer_.resolve_type("__torch__." + name);
        auto object = make_intrusive<ScriptObject>(ClassTypePtr(const_cast<ClassType*>(&type->expect<ClassType>())));
        for (size_t i = 0; i < attributes.size(); ++i) object->set_slot(i, std::move(attributes[i]));
        return object;
    }

 private:
    SourceImporter importer_;
};

}  // namespace wick::jit
