#include "autograd/function_hooks.h"

#include <algorithm>

#include "autograd/history.h"

namespace wick::autograd {
namespace {

const void* owner_of(const Edge& edge) {
    return edge.function ? static_cast<const void*>(edge.function.get()) : edge.leaf.get();
}

template <class Hook>
HookHandle register_among(const Edge& edge, std::vector<std::shared_ptr<Hook>> FunctionHooks::*among, Hook hook) {
    auto shared = std::make_shared<Hook>(std::move(hook));
    const IntrusivePtr<FunctionHooks> hooks = function_hooks(edge, true);
    const std::lock_guard lock(pass_lock(owner_of(edge)));
    (hooks.get()->*among).push_back(shared);
    return {[hooks, among, edge, shared] {
        const std::lock_guard removing(pass_lock(owner_of(edge)));
        std::erase(hooks.get()->*among, shared);
    }};
}

}  // namespace

IntrusivePtr<FunctionHooks> function_hooks(const Edge& edge, bool creates) {
    if (edge.leaf && !creates && !meta_of(*edge.leaf)) return {};
    IntrusivePtr<RefCounted>& attached = edge.function ? edge.function->attached : make_meta(*edge.leaf).attached;
    const std::lock_guard lock(pass_lock(owner_of(edge)));
    if (!attached && creates) attached = make_intrusive<FunctionHooks>();
    return IntrusivePtr<FunctionHooks>(static_cast<FunctionHooks*>(attached.get()));
}

HookHandle register_before(const Edge& edge, FunctionHooks::Before hook) {
    return register_among(edge, &FunctionHooks::before, std::move(hook));
}

HookHandle register_after(const Edge& edge, FunctionHooks::After hook) {
    return register_among(edge, &FunctionHooks::after, std::move(hook));
}

}  // namespace wick::autograd
