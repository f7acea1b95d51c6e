#include "python/kept.h"

#include <fmt/format.h>

#include "python/convert.h"
#include "python/gil.h"

namespace nb = nanobind;

namespace wick::python {

Kept keep(nb::object object) {
    return {new nb::object(std::move(object)), [](nb::object* kept) {
                const Locked locked;
                delete kept;
            }};
}

Tensor PythonHook::operator()(const Tensor& gradient) const {
    const Locked locked;
    return tensor_or_undefined((*function)(to_python(gradient)));
}

nb::object tensor_or_none(const Tensor& tensor) { return tensor.defined() ? to_python(tensor) : nb::none(); }

Tensor tensor_or_undefined(nb::handle object) {
    if (object.is_none()) return {};
    if (!is_tensor(object.ptr()))
        throw nb::type_error(
            fmt::format("expected Tensor or None, but got {}", Py_TYPE(object.ptr())->tp_name).c_str());
    return tensor_in(object.ptr());
}

std::vector<Tensor> tensors_of(nb::handle sequence) {
    std::vector<Tensor> tensors;
    if (sequence.is_none()) return tensors;
    for (nb::handle object : sequence) tensors.push_back(tensor_or_undefined(object));
    return tensors;
}

}  // namespace wick::python
