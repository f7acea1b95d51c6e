#include <wick/optim/field.h>
#include <wick/support/check.h>

namespace wick::optim {
namespace {

Scalar number_of(const IValue& value) { return value.is_tensor() ? value.tensor_ref().item() : value.to_scalar(); }

IValue to_value(double v) { return v; }
IValue to_value(int64_t v) { return v; }
IValue to_value(bool v) { return v; }
IValue to_value(const std::tuple<double, double>& v) { return IValue(make_tuple({std::get<0>(v), std::get<1>(v)})); }
IValue to_value(const std::optional<std::string>& v) { return v ? IValue(*v) : IValue(); }
IValue to_value(const Tensor& v) { return v; }
IValue to_value(const std::vector<Tensor>& v) { return v; }
IValue to_value(const std::vector<double>& v) { return v; }

void set_value(double& to, const IValue& v) { to = number_of(v).to_double(); }
void set_value(int64_t& to, const IValue& v) { to = number_of(v).to_int(); }
void set_value(bool& to, const IValue& v) { to = number_of(v).to_bool(); }
void set_value(std::tuple<double, double>& to, const IValue& v) {
    const std::vector<IValue>& two = v.is_tuple() ? v.to_tuple().elements : v.to_list().items;
    WICK_CHECK(two.size() == 2, "two numbers are wanted, but there are {}", two.size());
    set_value(std::get<0>(to), two[0]);
    set_value(std::get<1>(to), two[1]);
}
void set_value(std::optional<std::string>& to, const IValue& v) {
    to = v.is_none() ? std::nullopt : std::optional(v.to_string());
}
void set_value(Tensor& to, const IValue& v) {
    to = v.is_none() || v.is_tensor() ? v.to_tensor() : scalar_tensor(v.to_scalar(), DType::float32);
}
void set_value(std::vector<Tensor>& to, const IValue& v) { to = v.to_tensor_vector(); }
void set_value(std::vector<double>& to, const IValue& v) {
    to.clear();
    for (const IValue& item : v.to_list().items) to.push_back(number_of(item).to_double());
}

}  // namespace

IValue Field::value() const {
    return std::visit([](const auto* at) { return to_value(*at); }, place);
}

void Field::set(const IValue& value) const {
    std::visit([&](auto* at) { set_value(*at, value); }, place);
}

}  // namespace wick::optim
