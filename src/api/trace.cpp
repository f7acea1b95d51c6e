#include <wick/api/trace.h>
#include <wick/support/check.h>

#include "ir/compilation_unit.h"
#include "trace/tracer.h"

namespace wick::jit {

static void check_results(Tracer& tracer, const IValue& value) {
    if (value.is_tensor()) return tracer.check_depends(value);
    WICK_CHECK(value.is_list() || value.is_tuple() || value.is_dict(),
               "Only tensors, lists, tuples of tensors, or dictionary of tensors can be output from traced functions");
    if (value.is_list()) {
        for (const IValue& item : value.to_list().items) check_results(tracer, item);
    } else if (value.is_tuple()) {
        for (const IValue& item : value.to_tuple().elements) check_results(tracer, item);
    } else {
        for (const auto& [key, item] : value.to_dict().items()) check_results(tracer, item);
    }
}

Module trace(const std::function<IValue(const std::vector<IValue>&)>& function, const std::vector<IValue>& inputs,
             const std::vector<std::pair<std::string, Tensor>>& parameters) {
    auto unit = std::make_shared<CompilationUnit>();
    Tracer tracer(unit);
    const Tracer::ModuleId module = tracer.add_module("__torch__.Traced", parameters, {}, {}, true);
    std::vector<IValue> given;
    std::vector<std::string> names;
    for (const IValue& input : inputs) {
        given.push_back(with_own_handles(input));
        names.push_back(fmt::format("argument_{}", given.size()));
    }
    tracer.begin("forward", module, names, given);
    const IValue result = function(given);
    check_results(tracer, result);
    tracer.finish(tracer.value_of(result));
    return Module(std::move(unit), tracer.object(module));
}

}  // namespace wick::jit
