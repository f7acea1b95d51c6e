// Many threads record and differentiate at once (make tsan): over one module, one leaf, one tensor's history, one
// recorded function.

#include <atomic>
#include <gtest/gtest.h>
#include <thread>

#include <wick/nn.h>
#include <wick/optim/optim.h>
#include <wick/wick.h>

#include "ops/registry.h"
#include "runtime/program.h"

namespace wick {
namespace {

constexpr int kThreads = 8;

/// `body(t)` on eight threads, which begin together.
template <class F>
void on_threads(F&& body) {
    std::atomic<int> arrived{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < kThreads; ++t) {
        threads.emplace_back([&, t] {
            for (++arrived; arrived < kThreads;) std::this_thread::yield();
            body(t);
        });
    }
    for (std::thread& thread : threads) thread.join();
}

Tensor leaf(const Tensor& values) { return values.detach().set_requires_grad(); }

std::vector<Tensor> gradients_of(const Tensor& loss, const std::vector<Tensor>& parameters) {
    return autograd::grad({loss}, parameters);
}

bool all_equal(const std::vector<Tensor>& a, const std::vector<Tensor>& b) {
    for (size_t i = 0; i < a.size(); ++i)
        if (!equal(a[i], b[i])) return false;
    return a.size() == b.size();
}

struct Net : nn::Module {
    nn::Conv2d conv = register_module("conv", nn::Conv2d(2, 4, 3));
    nn::BatchNorm2d norm = register_module("norm", nn::BatchNorm2d(4));
    nn::LSTM lstm = register_module("lstm", nn::LSTM(nn::LSTMOptions(16, 8).batch_first(true)));
    nn::Linear out = register_module("out", nn::Linear(8, 3));
    Tensor forward(const Tensor& x) const {
        const Tensor maps = gelu(norm(conv(x)));
        const Tensor states = std::get<0>(lstm(reshape(maps, {x.size(0), 4, 16})));
        return log_softmax(out(mean(states, {1})), 1);
    }
};

TEST(AutogradThreads, EachDifferentiatesOneModule) {
    manual_seed(1);
    Net net;
    net.eval();
    const Tensor x = randn({3, 2, 6, 6});
    const std::vector<Tensor> parameters = net.parameters();
    const std::vector<Tensor> expected = gradients_of(sum(net.forward(x) * net.forward(x)), parameters);
    std::atomic<int> right{0};
    on_threads([&](int) {
        for (int i = 0; i < 5; ++i)
            right += all_equal(gradients_of(sum(net.forward(x) * net.forward(x)), parameters), expected);
    });
    EXPECT_EQ(right, kThreads * 5);
}

/// What is compiled for an operator when it is first differentiated is asked for by all at once: ctest runs each test
/// in a process of its own.
TEST(AutogradThreads, AllAreTheFirst) {
    const Tensor start = rand({4, 4}) + 0.5;
    const auto passes = [&] {
        const Tensor x = leaf(start);
        const Tensor y = tanh(matmul(x, x)) / (1 + exp(x)) + softmax(x, 1) * erf(x) + sqrt(x);
        const Tensor first = autograd::grad({sum(y)}, {x}, {}, true, true)[0];
        return std::vector{first, autograd::grad({sum(first * first)}, {x})[0]};
    };
    std::vector<std::vector<Tensor>> found(kThreads);
    on_threads([&](int t) { found[static_cast<size_t>(t)] = passes(); });
    for (const std::vector<Tensor>& gradients : found) EXPECT_TRUE(all_equal(gradients, passes()));
}

constexpr const char* kProgram = R"(
import torch
from torch import nn

class Branches(nn.Module):
    def __init__(self):
        super().__init__()
        self.left = nn.Linear(6, 6)
        self.right = nn.Linear(6, 6)

    def branch(self, x, i: int):
        y = torch.tanh(self.left(x)) * self.right(x).sigmoid()
        for _ in range(i):
            y = y * 0.5 + torch.relu(self.right(y))
        return y

    def forward(self, x):
        tasks = [torch.jit.fork(self.branch, x, i) for i in range(4)]
        y = self.branch(x, 2)
        for task in tasks:
            y = y + torch.jit.wait(task)
        return y

branches = Branches()
)";

TEST(AutogradThreads, TasksRecordToo) {
    jit::Program program;
    program.run(kProgram);
    const jit::Module module = program.script("branches");
    const std::vector<Tensor> parameters = module.parameters();
    const Tensor x = randn({5, 6});
    const auto passes = [&](int threads) {
        jit::RunOptions options;
        options.threads = threads;
        return gradients_of(sum(module.forward({x}, {}, options).to_tensor()), parameters);
    };
    const std::vector<Tensor> expected = passes(1);
    for (const Tensor& gradient : expected) EXPECT_NE(sum(abs(gradient)).item().to_double(), 0);
    std::atomic<int> close{0};
    on_threads([&](int t) {
        for (int i = 0; i < 10; ++i) {
            const std::vector<Tensor> found = passes(1 + t % 3);
            bool all = true;
            for (size_t k = 0; k < found.size(); ++k) all = all && allclose(found[k], expected[k], 1e-4, 1e-5);
            close += all;
        }
    });
    EXPECT_EQ(close, kThreads * 10);
}

TEST(AutogradThreads, LeavesSumUpWhatAllBring) {
    manual_seed(2);
    nn::Linear linear(3, 2);
    const Tensor x = ones({4, 3});
    std::atomic<int> seen{0};
    const auto handle = autograd::register_hook(linear.tensor("weight"), [&](const Tensor& gradient) {
        ++seen;
        return gradient * 2;
    });
    on_threads([&](int) {
        for (int i = 0; i < 20; ++i) sum(linear(x)).backward();
    });
    EXPECT_EQ(seen, kThreads * 20);
    EXPECT_TRUE(equal(linear.tensor("weight").grad(), full({2, 3}, 2.0 * 4 * kThreads * 20)));
    EXPECT_TRUE(equal(linear.tensor("bias").grad(), full({2}, 4.0 * kThreads * 20)));
}

TEST(AutogradThreads, HooksComeAndGoBesidePasses) {
    const Tensor x = leaf(ones({3}));
    const Tensor y = x * 2;
    on_threads([&](int t) {
        for (int i = 0; i < 50; ++i) {
            if (t % 2 == 0) {
                sum(y).backward({}, /*retain_graph=*/true);
                continue;
            }
            const auto same = [](const Tensor& gradient) { return gradient * 1; };
            const auto on_leaf = autograd::register_hook(x, same), on_result = autograd::register_hook(y, same);
            on_leaf.remove();
            on_result.remove();
        }
    });
    EXPECT_TRUE(equal(x.grad(), full({3}, 2.0 * kThreads / 2 * 50)));
}

TEST(AutogradThreads, RetainedGradientsSumUpToo) {
    const Tensor x = leaf(ones({3}));
    const Tensor y = x * 2;
    on_threads([&](int) {
        y.retain_grad();
        for (int i = 0; i < 50; ++i) {
            sum(y * 3).backward({}, /*retain_graph=*/true);
            EXPECT_TRUE(y.retains_grad());
            EXPECT_GE(y.grad().data<float>()[0], 3);
        }
    });
    // A pass that began before the first retain_grad was over may have left nothing, but all call that first.
    EXPECT_TRUE(equal(y.grad(), full({3}, 3.0 * kThreads * 50)));
}

/// Passes of all threads through the one function of `f`, whose derivative at 0 is 1.
void expect_passes_or_refusals(const std::function<Tensor(const Tensor&)>& f) {
    std::atomic<int> refused{0};
    for (int round = 0; round < 50; ++round) {
        const Tensor x = leaf(zeros({64}));
        const Tensor y = f(x);
        std::atomic<int> passed{0};
        on_threads([&](int) {
            try {
                sum(y).backward();
                ++passed;
            } catch (const OpError& error) {
                EXPECT_NE(std::string(error.what()).find("a second time"), std::string::npos);
                ++refused;
            }
        });
        EXPECT_GE(passed, 1);
        EXPECT_TRUE(equal(x.grad(), full({64}, static_cast<double>(passed))));
    }
    EXPECT_GT(refused, 0);
}

TEST(AutogradThreads, OnePassFreesWhatAnotherAsksFor) {
    expect_passes_or_refusals([](const Tensor& x) { return exp(x); });
}

struct Exponential : autograd::Function<Exponential> {
    static Tensor forward(autograd::AutogradContext* ctx, Tensor x) {
        const Tensor y = exp(x);
        ctx->save_for_backward({y});
        ctx->saved_data["passes"] = 0;
        return y;
    }
    static std::vector<Tensor> backward(autograd::AutogradContext* ctx, std::vector<Tensor> gradients) {
        ctx->saved_data["passes"] = ctx->saved_data["passes"].to_int() + 1;
        return {gradients[0] * ctx->get_saved_variables()[0]};
    }
};

TEST(AutogradThreads, CustomFunctionsTooAreFreedOnce) {
    expect_passes_or_refusals([](const Tensor& x) { return Exponential::apply(x); });
}

TEST(AutogradThreads, AViewCatchesUpOnce) {
    for (int round = 0; round < 50; ++round) {
        const Tensor x = leaf(ones({4}));
        const Tensor base = x * 2;
        const Tensor view = narrow(base, 0, 1, 2);
        jit::call_operator("aten::mul_.Tensor", {IValue(base), IValue(full({4}, 5.0))});
        std::atomic<int> right{0};
        on_threads([&](int) {
            const Tensor found = autograd::grad({sum(view * 3)}, {x}, {}, /*retain_graph=*/true)[0];
            right += found.data<float>()[0] == 0 && found.data<float>()[1] == 30;
        });
        EXPECT_EQ(right, kThreads);
    }
}

/// Tasks that overwrite one tensor may lose each other's changes, as elements of tensors are guarded by nobody (here
/// there are none); its history must stay whole.
TEST(AutogradThreads, TasksRewriteOneHistory) {
    testing::Program program(R"(def rewrite(y: Tensor,
    view: Tensor,
    n: int) -> int:
  for i in range(n):
    _0 = torch.mul_(y, y)
    _1 = torch.add_(view, torch.mul(y, 2))
    _2 = torch.sum(torch.mul(view, y))
  return n
def main(x: Tensor) -> Tensor:
  y = torch.mul(x, 2)
  view = torch.slice(y, 0, 0)
  _0 = annotate(List[Future[int]], [])
  for i in range(4):
    _1 = torch.append(_0, fork(__torch__.rewrite, y, view, 50))
  for i in range(4):
    _2 = torch.wait(_0[i])
  return torch.sum(torch.add(view, y))
)");
    jit::RunOptions options;
    options.threads = 4;
    for (int round = 0; round < 5; ++round) {
        const Tensor x = leaf(zeros({0}));
        const Tensor loss = program.run("main", {x}, options).to_tensor();
        EXPECT_EQ(loss.item().to_double(), 0);
        if (loss.requires_grad()) autograd::grad({loss}, {x}, {}, {}, false, /*allow_unused=*/true);
    }
}

TEST(AutogradThreads, EachTrainsItsOwnModel) {
    const Tensor x = randn({8, 4});
    const auto train = [&](int kind) {
        const nn::Linear linear(4, 2);
        const NoGradGuard guard;
        for (const Tensor& parameter : linear.parameters())
            jit::call_operator("aten::fill_.Scalar", {IValue(parameter), 0.25});
        const auto steps = [&](auto&& optimizer) {
            for (int i = 0; i < 10; ++i) {
                const GradModeGuard recorded(true);
                optimizer.zero_grad();
                sum(tanh(linear(x))).backward();
                optimizer.step();
            }
        };
        if (kind == 0)
            steps(optim::SGD(linear.parameters(), optim::SGDOptions(0.1).momentum(0.9)));
        else
            steps(optim::AdamW(linear.parameters(), optim::AdamWOptions(0.1)));
        return linear.parameters();
    };
    std::vector<std::vector<Tensor>> found(kThreads);
    on_threads([&](int t) { found[static_cast<size_t>(t)] = train(t % 2); });
    for (int t = 0; t < kThreads; ++t) EXPECT_TRUE(all_equal(found[static_cast<size_t>(t)], train(t % 2)));
}

}  // namespace
}  // namespace wick
