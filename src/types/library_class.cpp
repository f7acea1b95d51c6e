#include "types/library_class.h"

namespace wick::jit {

static ClassTypePtr make_class(std::string name) {
    auto type = make_intrusive<ClassType>(std::move(name), false);
    type->add_attribute("capsule", simple_type(TypeKind::Capsule));
    return type;
}

ClassTypePtr library_class(std::string_view qualified_name) {
    static const ClassTypePtr classes[] = {make_class("__torch__.torch.classes.profiler._RecordFunction"),
                                           make_class("__torch__.torch.classes.dist_rpc.WorkerInfo")};
    for (const ClassTypePtr& type : classes) {
        if (type->name() == qualified_name) return type;
    }
    return nullptr;
}

IValue library_object(std::string_view qualified_name, IValue held) {
    auto object = make_intrusive<ScriptObject>(library_class(qualified_name));
    object->set_slot(0, std::move(held));
    return IValue(std::move(object));
}

}  // namespace wick::jit
