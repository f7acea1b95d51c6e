// Losses that are arithmetic on tensors (torch.nn.functional). Those that look classes up stand in nn_loss_classes.cpp.
#include "ops/nn_loss.h"

#include <string>

#include "ops/families.h"
#include "ops/pointwise.h"
#include "ops/tensor_ops.h"

namespace wick::jit {

using namespace ops;

namespace {

/// `def name(parameters) -> Tensor` whose body leaves one value per element in `loss`; reduction is none (0), mean (1)
/// or sum (2).
std::string reduced(std::string_view name, std::string_view parameters, std::string_view body) {
    return fmt::format(R"(def {}({}) -> Tensor:
{}
    if reduction == 1:
        result = torch.mean(loss)
    else:
        if reduction == 2:
            result = torch.sum(loss)
        else:
            result = loss
    return result
)",
                       name, parameters, body);
}

Tensor reduce(const Tensor& losses, int64_t reduction) {
    switch (reduction_of(reduction)) {
        case Reduction::mean:
            return mean(losses);
        case Reduction::sum:
            return sum(losses);
        default:
            return losses;
    }
}

/// The kernel of a loss whose elements are what the operator of its name in wick gives for its arguments but
/// `reduction`.
void reduced_loss(const Operator& op, const void*, Args args, IValue* results) {
    const std::vector<Argument>& arguments = op.schema().arguments;
    std::vector<IValue> given;
    int64_t reduction = 0;
    for (size_t i = 0; i < args.size(); ++i) {
        if (arguments[i].name == "reduction")
            reduction = args[i].to_int();
        else
            given.push_back(args[i]);
    }
    results[0] = reduce(call_operator("wick::" + op.name.substr(op.name.find("::") + 2), std::move(given)).to_tensor(),
                        reduction);
}

/// The gradient of each element's loss before it was weighted.
Tensor per_element(const Tensor& gradient, const Tensor& self, const Tensor& target, int64_t reduction,
                   const Tensor& weight) {
    const Tensor weighted =
        weight.defined() ? call_operator("aten::mul.Tensor", {gradient, weight}).to_tensor() : gradient;
    if (reduction_of(reduction) != Reduction::mean) return weighted;
    const auto count = static_cast<double>(checked_numel(broadcast_sizes(self.sizes(), target.sizes())));
    return call_operator("aten::div.Scalar", {weighted, count}).to_tensor();
}

void check_probabilities(const Tensor& t, std::string_view name) {
    const auto inside = [&](std::string_view extreme) {
        const double value = call_operator(extreme, {t}).to_tensor().item().to_double();
        return value >= 0 && value <= 1;
    };
    WICK_CHECK(t.numel() == 0 || (inside("aten::min") && inside("aten::max")),
               "all elements of {} should be between 0 and 1", name);
}

void binary_cross_entropy(const Operator& op, const void* data, Args args, IValue* results) {
    const Tensor &self = args[0].tensor_ref(), &target = args[1].tensor_ref();
    check_probabilities(self, "input");
    check_probabilities(target, "target");
    WICK_CHECK(is_floating(target.dtype()), "Found dtype {} but expected {}", scalar_name_of(target.dtype()),
               scalar_name_of(self.dtype()));
    reduced_loss(op, data, args, results);
}

void binary_cross_entropy_with_logits(const Operator& op, const void* data, Args args, IValue* results) {
    const Tensor &self = args[0].tensor_ref(), &target = args[1].tensor_ref();
    WICK_CHECK(is_floating(target.dtype()), "result type {} can't be cast to the desired output type {}",
               scalar_name_of(self.dtype()), scalar_name_of(target.dtype()));
    reduced_loss(op, data, args, results);
}

/// Losses that a backward pass takes as one function, as PyTorch's does.
void register_recorded_losses(Registry& ops) {
    ops.add(
           "wick::per_element(Tensor gradient, Tensor self, Tensor target, int reduction, Tensor? weight=None) -> "
           "Tensor")
        .kernel(&per_element)
        .derivative("gradient", "ops.wick.per_element(grad, self, target, reduction, weight)");
    ops.add("wick::mse_loss(Tensor self, Tensor target) -> Tensor").pointwise(kFloating, [](Expr x, Expr target) {
        const Expr difference = x - target;
        return difference * difference;
    });
    ops.add("aten::mse_loss(Tensor self, Tensor target, int reduction=1) -> Tensor")
        .boxed(&reduced_loss)
        .derivative("self", "ops.wick.per_element(grad, self, target, reduction) * 2 * (self - target)")
        .derivative("target", "ops.wick.per_element(grad, self, target, reduction) * 2 * (target - self)");
    ops.add("wick::smooth_l1_loss(Tensor self, Tensor target, float beta) -> Tensor")
        .composite(R"(def smooth_l1(self: Tensor, target: Tensor, beta: float) -> Tensor:
    distance = torch.abs(self - target)
    return distance if beta == 0.0 else torch.where(distance < beta, 0.5 * distance * distance / beta, distance - 0.5 * beta)
)");
    ops.add("aten::smooth_l1_loss(Tensor self, Tensor target, int reduction=1, float beta=1.) -> Tensor")
        .boxed(&reduced_loss)
        .derivative("self",
                    "ops.wick.per_element(grad, self, target, reduction) * ((self - target).sign() if beta == 0.0 else "
                    "((self - target) / beta).clamp(-1, 1))")
        .derivative("target",
                    "ops.wick.per_element(grad, self, target, reduction) * ((target - self).sign() if beta == 0.0 else "
                    "((target - self) / beta).clamp(-1, 1))");
    ops.add("wick::huber_loss(Tensor self, Tensor target, float delta) -> Tensor")
        .composite(R"(def huber(self: Tensor, target: Tensor, delta: float) -> Tensor:
    distance = torch.abs(self - target)
    return torch.where(distance < delta, 0.5 * distance * distance, delta * (distance - 0.5 * delta))
)");
    ops.add("aten::huber_loss(Tensor self, Tensor target, int reduction=1, float delta=1.) -> Tensor")
        .boxed(&reduced_loss)
        .derivative("self",
                    "ops.wick.per_element(grad, self, target, reduction) * (self - target).clamp(-delta, delta)")
        .derivative("target",
                    "ops.wick.per_element(grad, self, target, reduction) * (target - self).clamp(-delta, delta)");
    ops.add("wick::soft_margin_loss(Tensor self, Tensor target) -> Tensor")
        .composite(R"(def soft_margin(self: Tensor, target: Tensor) -> Tensor:
    return torch.log1p(torch.exp(torch.neg(target) * self))
)");
    ops.add("aten::soft_margin_loss(Tensor self, Tensor target, int reduction=1) -> Tensor")
        .boxed(&reduced_loss)
        .derivative("self",
                    "ops.wick.per_element(grad, self, target, reduction) * -target * (-target * self).sigmoid()")
        .derivative("target",
                    "ops.wick.per_element(grad, self, target, reduction) * -self * (-target * self).sigmoid()");
    // The logarithms are bounded below, so that a certain and wrong answer costs 100 and not infinity, and has a
    // gradient.
    ops.add("wick::element_cross_entropy(Tensor self, Tensor target) -> Tensor").pointwise([](Expr x, Expr target) {
        return (target - 1) * max(log1p(-x), -100) - target * max(log(x), -100);
    });
    ops.add("wick::binary_cross_entropy(Tensor self, Tensor target, Tensor? weight) -> Tensor")
        .composite(R"(def bce(self: Tensor, target: Tensor, weight: Optional[Tensor]) -> Tensor:
    loss = ops.wick.element_cross_entropy(self, target)
    return loss if weight is None else torch.mul(loss, weight)
)");
    ops.add("aten::binary_cross_entropy(Tensor self, Tensor target, Tensor? weight=None, int reduction=1) -> Tensor")
        .boxed(&binary_cross_entropy)
        .derivative("self",
                    "ops.wick.per_element(grad, self, target, reduction, weight) * "
                    "(self - target) / ((1 - self) * self).clamp_min(1e-12)")
        .derivative("target",
                    "ops.wick.per_element(grad, self, target, reduction, weight) * "
                    "(torch.log1p(-self).clamp_min(-100) - torch.log(self).clamp_min(-100))");
    // -log(sigmoid(x)) without overflow.
    ops.add(
           "wick::binary_cross_entropy_with_logits(Tensor self, Tensor target, Tensor? weight, Tensor? pos_weight) -> "
           "Tensor")
        .composite(
            R"(def bce(self: Tensor, target: Tensor, weight: Optional[Tensor], pos_weight: Optional[Tensor]) -> Tensor:
    loss = torch.neg(torch.log_sigmoid(self))
    if pos_weight is not None:
        loss = torch.mul(loss, torch.add(torch.mul(torch.sub(pos_weight, 1), target), 1))
    loss = torch.add(torch.mul(torch.rsub(target, 1), self), loss)
    if weight is not None:
        loss = torch.mul(loss, weight)
    return loss
)");
    ops.add(
           "aten::binary_cross_entropy_with_logits(Tensor self, Tensor target, Tensor? weight=None, Tensor? "
           "pos_weight=None, int reduction=1) -> Tensor")
        .boxed(&binary_cross_entropy_with_logits)
        .derivative(
            "self",
            "ops.wick.per_element(grad, self, target, reduction, weight) * "
            "((self.sigmoid() - target) if pos_weight is None else (1 - target - ((pos_weight - 1) * target + 1) "
            "* (-self).sigmoid()))")
        .derivative("target",
                    "ops.wick.per_element(grad, self, target, reduction, weight) * "
                    "(-self if pos_weight is None else -self - (pos_weight - 1) * torch.log_sigmoid(self))");
}

}  // namespace

void register_nn_loss(Registry& ops) {
    register_recorded_losses(ops);
    ops.add("aten::l1_loss(Tensor self, Tensor target, int reduction=1) -> Tensor")
        .composite(reduced("l1_loss", "self: Tensor, target: Tensor, reduction: int",
                           R"(    loss = torch.abs(torch.sub(self, target)))"));
    ops.add("aten::kl_div(Tensor self, Tensor target, int reduction=1, *, bool log_target=False) -> Tensor")
        .composite(reduced("kl_div", "self: Tensor, target: Tensor, reduction: int, log_target: bool",
                           R"(    if log_target:
        loss = torch.mul(torch.exp(target), torch.sub(target, self))
    else:
        loss = torch.sub(torch.xlogy(target, target), torch.mul(target, self)))"));
    ops.add(
           "aten::poisson_nll_loss(Tensor input, Tensor target, bool log_input, bool full, float eps, int reduction) "
           "-> Tensor")
        .composite(reduced("poisson_nll_loss",
                           "input: Tensor, target: Tensor, log_input: bool, full: bool, eps: float, reduction: int",
                           R"(    if log_input:
        loss = torch.sub(torch.exp(input), torch.mul(target, input))
    else:
        loss = torch.sub(input, torch.mul(target, torch.log(torch.add(input, eps))))
    if full:
        stirling = torch.add(torch.sub(torch.mul(target, torch.log(target)), target), 0.5 * torch.log(torch.mul(target, 6.283185307179586)))
        loss = torch.add(loss, torch.masked_fill(stirling, target <= 1, 0)))"));
    ops.add(
           "aten::margin_ranking_loss(Tensor input1, Tensor input2, Tensor target, float margin=0., int reduction=1) "
           "-> Tensor")
        .composite(reduced(
            "margin_ranking_loss", "input1: Tensor, input2: Tensor, target: Tensor, margin: float, reduction: int",
            R"(    loss = torch.clamp_min(torch.add(torch.mul(torch.neg(target), torch.sub(input1, input2)), margin), 0))"));
    ops.add("aten::hinge_embedding_loss(Tensor self, Tensor target, float margin=1., int reduction=1) -> Tensor")
        .composite(reduced("hinge_embedding_loss", "self: Tensor, target: Tensor, margin: float, reduction: int",
                           R"(    far = torch.masked_fill(torch.clamp_min(torch.rsub(self, margin), 0), target == 1, 0)
    loss = torch.add(far, torch.masked_fill(self, target == -1, 0)))"));
    ops.add(
           "aten::cosine_embedding_loss(Tensor input1, Tensor input2, Tensor target, float margin=0., int reduction=1) "
           "-> Tensor")
        .composite(reduced("cosine_embedding_loss",
                           "input1: Tensor, input2: Tensor, target: Tensor, margin: float, reduction: int",
                           R"(    dim = target.dim()
    product = torch.sum(torch.mul(input1, input2), [dim])
    square1 = torch.add(torch.sum(torch.mul(input1, input1), [dim]), 9.9999999999999998e-13)
    square2 = torch.add(torch.sum(torch.mul(input2, input2), [dim]), 9.9999999999999998e-13)
    cosine = torch.div(product, torch.sqrt(torch.mul(square1, square2)))
    near = torch.masked_fill(torch.rsub(cosine, 1), target != 1, 0)
    far = torch.masked_fill(torch.clamp_min(torch.sub(cosine, margin), 0), target != -1, 0)
    loss = torch.add(near, far))"));
    ops.add("aten::pairwise_distance(Tensor x1, Tensor x2, float p=2., float eps=1e-06, bool keepdim=False) -> Tensor")
        .composite(R"(def pairwise_distance(x1: Tensor, x2: Tensor, p: float, eps: float, keepdim: bool) -> Tensor:
    return torch.norm(torch.add(torch.sub(x1, x2), eps), p, [-1], keepdim)
)");
    ops.add(
           "aten::triplet_margin_loss(Tensor anchor, Tensor positive, Tensor negative, float margin=1., float p=2., "
           "float eps=1e-06, "
           "bool swap=False, int reduction=1) -> Tensor")
        .composite(reduced("triplet_margin_loss",
                           "anchor: Tensor, positive: Tensor, negative: Tensor, margin: float, p: float, eps: float, "
                           "swap: bool, reduction: int",
                           R"(    near = torch.pairwise_distance(anchor, positive, p, eps)
    far = torch.pairwise_distance(anchor, negative, p, eps)
    if swap:
        far = torch.minimum(far, torch.pairwise_distance(positive, negative, p, eps))
    loss = torch.clamp_min(torch.sub(torch.add(near, margin), far), 0))"));
    ops.add("aten::cosine_similarity(Tensor x1, Tensor x2, int dim=1, float eps=1e-08) -> Tensor")
        .composite(R"(def cosine_similarity(x1: Tensor, x2: Tensor, dim: int, eps: float) -> Tensor:
    length1 = torch.clamp_min(torch.sqrt(torch.sum(torch.mul(x1, x1), [dim], True)), eps)
    length2 = torch.clamp_min(torch.sqrt(torch.sum(torch.mul(x2, x2), [dim], True)), eps)
    return torch.sum(torch.mul(torch.div(x1, length1), torch.div(x2, length2)), [dim])
)");
    // A target of the input's shape holds a probability per class, otherwise the number of the right class.
    ops.add(
           "aten::cross_entropy_loss(Tensor self, Tensor target, Tensor? weight=None, int reduction=1, SymInt "
           "ignore_index=-100, float "
           "label_smoothing=0.) -> Tensor")
        .composite(
            R"(def cross_entropy_loss(self: Tensor, target: Tensor, weight: Optional[Tensor], reduction: int, ignore_index: int, label_smoothing: float) -> Tensor:
    if label_smoothing < 0.0 or label_smoothing > 1.0:
        raise RuntimeError(f"label_smoothing must be between 0.0 and 1.0. Got: {label_smoothing}")
    if self.dim() == 1:
        dim = 0
    else:
        dim = 1
    classes = self.size(dim)
    logs = torch.log_softmax(self, dim)
    shape = [1] * self.dim()
    shape[dim] = classes
    if self.size() == target.size():
        weighted = logs if weight is None else torch.mul(logs, torch.reshape(weight, shape))
        if label_smoothing > 0.0:
            goal = torch.add(torch.mul(target, 1 - label_smoothing), label_smoothing / classes)
        else:
            goal = target
        loss = torch.neg(torch.sum(torch.mul(weighted, goal), [dim]))
        if reduction == 1:
            result = torch.div(torch.sum(loss), self.numel() / classes)
        else:
            if reduction == 2:
                result = torch.sum(loss)
            else:
                result = loss
    else:
        result = torch.nll_loss_nd(logs, target, weight, reduction, ignore_index)
        if label_smoothing > 0.0:
            ignored = target == ignore_index
            weighted = logs if weight is None else torch.mul(logs, torch.reshape(weight, shape))
            smooth = torch.masked_fill(torch.neg(torch.sum(weighted, [dim])), ignored, 0)
            if reduction == 1:
                if weight is not None:
                    picked = torch.reshape(torch.index_select(weight, 0, torch.flatten(torch.masked_fill(target, ignored, 0))), target.size())
                    total = torch.sum(torch.masked_fill(picked, ignored, 0))
                else:
                    total = torch.sub(torch.sum(torch.ones_like(target)), torch.sum(ignored))
                smooth = torch.div(torch.sum(smooth), total)
            else:
                if reduction == 2:
                    smooth = torch.sum(smooth)
            result = torch.add(torch.mul(result, 1 - label_smoothing), torch.mul(smooth, label_smoothing / classes))
    return result
)");
}

}  // namespace wick::jit
