#include "autograd/engine.h"

#include <queue>
#include <unordered_map>

#include <wick/support/check.h>

#include "autograd/anomaly.h"
#include "autograd/function_hooks.h"
#include "autograd/history.h"
#include "ops/profiling.h"
#include "ops/registry.h"
#include "ops/tensor_ops.h"

namespace wick::autograd {
namespace {

Tensor add(const Tensor& a, const Tensor& b) {
    // A sparse tensor is added to a strided one.
    if (a.is_sparse() && !b.is_sparse()) return add(b, a);
    return jit::call_operator("aten::add.Tensor", {IValue(a), IValue(b)}).to_tensor();
}

/// The gradient in the shape and dtype of what it belongs to: summed over broadcast dimensions, real where that is.
Tensor fit(Tensor gradient, IntArrayRef sizes, DType dtype, const std::string& name, size_t index) {
    if (gradient.sizes() != sizes) {
        bool reduces = gradient.dim() >= static_cast<int64_t>(sizes.size());
        const size_t lead = reduces ? gradient.sizes().size() - sizes.size() : 0;
        for (size_t i = 0; reduces && i < sizes.size(); ++i)
            reduces = sizes[i] == 1 || sizes[i] == gradient.sizes()[lead + i];
        WICK_CHECK(
            reduces,
            "Function {} returned an invalid gradient at index {} - got {} but expected shape compatible with {}", name,
            index, format_sizes(gradient.sizes()), format_sizes(sizes));
        gradient = jit::call_operator("aten::sum_to_size", {IValue(gradient), IValue(sizes.vec())}).to_tensor();
    }
    if (gradient.dtype() == dtype) return gradient;
    if (is_complex(gradient.dtype()) && !is_complex(dtype))
        gradient = jit::call_operator("aten::real", {IValue(gradient)}).to_tensor();
    return jit::call_operator("aten::to.dtype", {IValue(gradient), static_cast<int64_t>(dtype)}).to_tensor();
}

Tensor through(const Hook& hook, Tensor gradient) {
    Tensor changed = hook(gradient);
    return changed.defined() ? changed : gradient;
}

Tensor through_hooks(const TensorImpl& leaf, Tensor gradient) {
    std::unique_lock lock(pass_lock(&leaf));
    const auto hooks = make_meta(leaf).hooks;
    lock.unlock();
    for (const std::shared_ptr<Hook>& hook : hooks) gradient = through(*hook, std::move(gradient));
    return gradient;
}

/// Adds to a sum of gradients by an operator that may be recorded, which no lock is held for: once more when another
/// thread was faster.
void add_to(Tensor& sum, const Tensor& gradient) {
    const auto now = [&] {
        const std::lock_guard lock(pass_lock(&sum));
        return sum;
    };
    for (;;) {
        const Tensor before = now();
        Tensor after = before.defined() ? add(before, gradient) : gradient;
        const std::lock_guard lock(pass_lock(&sum));
        if (!sum.is_same(before)) continue;
        std::swap(sum, after);
        return;
    }
}

/// The hooks of a function or leaf as they are now: they may come and go, by their own doing too.
struct HooksNow {
    explicit HooksNow(const Edge& edge) {
        const IntrusivePtr<FunctionHooks> hooks = function_hooks(edge);
        if (!hooks) return;
        const std::lock_guard lock(
            pass_lock(edge.function ? static_cast<void*>(edge.function.get()) : edge.leaf.get()));
        before = hooks->before;
        after = hooks->after;
    }
    void run_before(std::vector<Tensor>& gradients) const {
        for (const auto& hook : before) (*hook)(gradients);
    }
    void run_after(std::vector<Tensor>& results, const std::vector<Tensor>& gradients) const {
        for (const auto& hook : after) (*hook)(results, gradients);
    }
    std::vector<std::shared_ptr<FunctionHooks::Before>> before;
    std::vector<std::shared_ptr<FunctionHooks::After>> after;
};

void add_to_grad(const TensorImpl& leaf, Tensor gradient, bool records) {
    Tensor& grad = make_meta(leaf).grad;
    std::unique_lock lock(pass_lock(&grad));
    if (records || (grad.defined() && grad.requires_grad())) {
        lock.unlock();
        add_to(grad, gradient);
    } else if (grad.defined() && grad.is_sparse() && !gradient.is_sparse()) {
        grad = add(gradient, grad);
    } else if (grad.defined()) {
        jit::call_operator("aten::add_.Tensor", {IValue(grad), IValue(gradient)});
    } else {
        // A gradient that nobody else holds is taken as it is.
        const bool own = gradient.impl()->use_count() == 1 && gradient.impl()->storage->use_count() == 1 &&
                         ops::is_non_overlapping_and_dense(gradient);
        grad = own ? gradient.detach() : ops::clone(gradient).detach();
    }
}

void accumulate(const Edge& leaf, Tensor gradient, bool records) {
    gradient = through_hooks(*leaf.leaf, std::move(gradient));
    const HooksNow hooks(leaf);
    if (hooks.before.empty() && hooks.after.empty()) return add_to_grad(*leaf.leaf, std::move(gradient), records);
    std::vector<Tensor> gradients{std::move(gradient)}, results;
    hooks.run_before(gradients);
    if (gradients[0].defined()) add_to_grad(*leaf.leaf, gradients[0], records);
    hooks.run_after(results, gradients);
}

class Run {
 public:
    explicit Run(BackwardPass& pass)
        : pass_(pass), captured_(pass.wanted.size()), outer_(std::exchange(current, this)) {}
    ~Run() { current = outer_; }
    Run(const Run&) = delete;
    Run& operator=(const Run&) = delete;

    static thread_local const Run* current;
    const uint64_t number = ++passes_;

    std::vector<Tensor> run() {
        const GradModeGuard mode(pass_.creates_graph);
        for (const Edge& root : pass_.roots) discover(root);
        if (!pass_.wanted.empty()) find_needed();
        for (size_t i = 0; i < pass_.roots.size(); ++i) {
            deliver(pass_.roots[i], std::move(pass_.gradients[i]));
            arrived(pass_.roots[i]);
        }
        for (const Edge& root : pass_.roots)
            if (root.function && works_[root.function.get()].waiting_for == 0) make_ready(root.function);
        while (!ready_.empty()) {
            const IntrusivePtr<GradFunction> function = ready_.top();
            ready_.pop();
            step(*function);
        }
        return pass_.accumulates ? std::vector<Tensor>() : std::move(captured_);
    }

    bool reaches(const Edge& edge) const {
        if (!pass_.wanted.empty() && is_wanted(edge)) return true;
        if (edge.function) {
            const auto found = works_.find(edge.function.get());
            return found != works_.end() && found->second.needed;
        }
        const auto leads_there = [&](const Edge& other) { return other == edge; };
        return pass_.wanted.empty() &&
               (std::ranges::any_of(pass_.roots, leads_there) || std::ranges::any_of(works_, [&](const auto& entry) {
                    return std::ranges::any_of(entry.first->edges, leads_there);
                }));
    }

 private:
    /// What is known of a function in this pass.
    struct Work {
        size_t waiting_for = 0;  ///< functions that will still give it gradients
        bool needed = true;
        bool queued = false;
        std::vector<Tensor> gradients;  ///< by output
    };
    /// A leaf whose hooks wait for the whole of its gradient.
    struct Awaited {
        size_t waiting_for = 0;  ///< edges that lead there
        Tensor sum;
    };
    struct Later {
        bool operator()(const IntrusivePtr<GradFunction>& a, const IntrusivePtr<GradFunction>& b) const {
            return a->sequence < b->sequence;
        }
    };

    void discover(const Edge& root) {
        std::vector<GradFunction*> open;
        const auto visit = [&](GradFunction* function) {
            if (works_.try_emplace(function).second) {
                open.push_back(function);
                order_.push_back(function);
            }
        };
        if (root.function) visit(root.function.get());
        if (root.leaf) await(*root.leaf);
        while (!open.empty()) {
            GradFunction* function = open.back();
            open.pop_back();
            for (const Edge& edge : function->edges) {
                if (edge.leaf) await(*edge.leaf);
                if (!edge.function) continue;
                visit(edge.function.get());
                ++works_[edge.function.get()].waiting_for;
            }
        }
    }

    void await(const TensorImpl& leaf) {
        const AutogradMeta* meta = meta_of(leaf);
        if (!meta) return;
        const std::lock_guard lock(pass_lock(&leaf));
        if (!meta->hooks.empty() || meta->attached) ++awaited_[&leaf].waiting_for;
    }

    bool is_wanted(const Edge& edge) const {
        for (const Edge& wanted : pass_.wanted)
            if (wanted == edge) return true;
        return false;
    }

    /// Functions from which no path leads to a wanted gradient do not run.
    void find_needed() {
        for (auto& [function, work] : works_) work.needed = false;
        // Older functions first: edges lead from later to earlier ones, but for those made in other threads.
        std::sort(order_.begin(), order_.end(), [](auto* a, auto* b) { return a->sequence < b->sequence; });
        for (bool changed = true; changed;) {
            changed = false;
            for (GradFunction* function : order_) {
                Work& work = works_[function];
                if (work.needed) continue;
                for (const Edge& edge : function->edges) {
                    if (!edge || !(is_wanted(edge) || (edge.function && works_[edge.function.get()].needed))) continue;
                    work.needed = changed = true;
                    break;
                }
            }
        }
    }

    void make_ready(const IntrusivePtr<GradFunction>& function) {
        Work& work = works_[function.get()];
        if (std::exchange(work.queued, true)) return;
        ready_.push(function);
    }

    /// Adds a gradient where the edge leads.
    void deliver(const Edge& edge, Tensor gradient) {
        if (!gradient.defined()) return;
        if (edge.leaf) {
            const auto awaited = awaited_.find(edge.leaf.get());
            if (awaited == awaited_.end()) return collect(edge, std::move(gradient));
            Tensor& sum = awaited->second.sum;
            sum = sum.defined() ? add(sum, gradient) : std::move(gradient);
            return;
        }
        Work& work = works_[edge.function.get()];
        work.gradients.resize(edge.function->outputs.size());
        Tensor& sum = work.gradients[edge.output];
        sum = sum.defined() ? add(sum, gradient) : std::move(gradient);
    }

    /// One edge less leads to the leaf.
    void arrived(const Edge& edge) {
        if (!edge.leaf) return;
        const auto awaited = awaited_.find(edge.leaf.get());
        if (awaited == awaited_.end() || --awaited->second.waiting_for > 0) return;
        if (awaited->second.sum.defined()) collect(edge, std::exchange(awaited->second.sum, {}));
    }

    /// A gradient of a leaf: the whole of it, where there are hooks.
    void collect(const Edge& edge, Tensor gradient) {
        if (pass_.wanted.empty() || is_wanted(edge)) {
            if (pass_.accumulates)
                accumulate(edge, std::move(gradient), pass_.creates_graph);
            else
                capture(edge, through_hooks(*edge.leaf, std::move(gradient)));
        }
    }

    void capture(const Edge& edge, const Tensor& gradient) {
        for (size_t i = 0; i < pass_.wanted.size(); ++i)
            if (pass_.wanted[i] == edge) captured_[i] = captured_[i].defined() ? add(captured_[i], gradient) : gradient;
    }

    void step(GradFunction& function) {
        Work& work = works_[&function];
        std::vector<Tensor> gradients = std::move(work.gradients);
        gradients.resize(function.outputs.size());
        // As they are now: hooks may come and go, by their own doing too.
        std::unique_lock lock(pass_lock(&function));
        const auto hooks = function.hooks;
        const auto retained = function.retained;
        const bool has_own = static_cast<bool>(function.attached);
        lock.unlock();
        for (uint32_t output = 0; output < gradients.size(); ++output) {
            if (!gradients[output].defined()) continue;
            for (const auto& [of, hook] : hooks)
                if (of == output) gradients[output] = through(*hook, std::move(gradients[output]));
            for (const auto& [of, sum] : retained)
                if (of == output && pass_.accumulates) add_to(*sum, gradients[output]);
            if (!pass_.accumulates) capture({IntrusivePtr<GradFunction>(&function), output, {}}, gradients[output]);
        }
        const bool runs = work.needed && std::ranges::any_of(gradients, &Tensor::defined);
        std::vector<Tensor> results = runs ? apply(function, gradients, has_own) : std::vector<Tensor>();
        results.resize(function.edges.size());
        gradients.clear();
        if (runs && !pass_.keeps_graph) function.release_saved();
        for (size_t i = 0; i < results.size(); ++i) {
            const Edge& edge = function.edges[i];
            if (!edge) continue;
            if (results[i].defined()) {
                const IntArrayRef sizes =
                    edge.leaf ? IntArrayRef(edge.leaf->sizes) : IntArrayRef(edge.function->outputs[edge.output].sizes);
                const DType dtype = edge.leaf ? edge.leaf->dtype : edge.function->outputs[edge.output].dtype;
                deliver(edge, fit(std::move(results[i]), sizes, dtype, function.name(), i));
            }
            if (edge.function && --works_[edge.function.get()].waiting_for == 0) make_ready(edge.function);
            arrived(edge);
        }
    }

    static std::vector<Tensor> apply(GradFunction& function, std::vector<Tensor>& gradients, bool has_hooks) {
        const jit::ProfiledRange range([&] { return function.name(); });
        const auto plain = [&] {
            return AnomalyMode::is_enabled() ? apply_watched(function, gradients) : function.apply(gradients);
        };
        if (!has_hooks) return plain();
        const HooksNow hooks({IntrusivePtr<GradFunction>(&function), 0, {}});
        hooks.run_before(gradients);
        std::vector<Tensor> results = plain();
        hooks.run_after(results, gradients);
        return results;
    }

    static thread_local uint64_t passes_;
    BackwardPass& pass_;
    std::unordered_map<GradFunction*, Work> works_;
    std::unordered_map<const TensorImpl*, Awaited> awaited_;
    std::vector<GradFunction*> order_;
    std::priority_queue<IntrusivePtr<GradFunction>, std::vector<IntrusivePtr<GradFunction>>, Later> ready_;
    std::vector<Tensor> captured_;
    const Run* const outer_;
};

thread_local const Run* Run::current = nullptr;
thread_local uint64_t Run::passes_ = 0;

}  // namespace

std::vector<Tensor> BackwardPass::run() { return Run(*this).run(); }

uint64_t current_pass() { return Run::current ? Run::current->number : 0; }
bool will_reach(const Edge& edge) { return Run::current && Run::current->reaches(edge); }

}  // namespace wick::autograd
