#include <algorithm>
#include <cmath>
#include <numbers>

#include <wick/optim/lr_scheduler.h>
#include <wick/support/check.h>

namespace wick::optim {

LRScheduler::LRScheduler(Optimizer& optimizer) : optimizer_(optimizer), base_rates_(optimizer.learning_rates()) {}

void LRScheduler::step() {
    ++epoch_;
    std::vector<double> rates = optimizer_.learning_rates();
    WICK_CHECK(rates.size() == base_rates_.size(), "the optimizer got parameter groups after its scheduler was made");
    for (size_t i = 0; i < rates.size(); ++i) rates[i] = next_rate(rates[i], base_rates_[i], epoch_);
    optimizer_.set_learning_rates(rates);
}

void LRScheduler::begin_with(double factor) {
    std::vector<double> rates = base_rates_;
    for (double& rate : rates) rate *= factor;
    optimizer_.set_learning_rates(rates);
}

double StepLR::next_rate(double present, double, int64_t epoch) const {
    return epoch > 1 && (epoch - 1) % step_size_ == 0 ? present * gamma_ : present;
}

double MultiStepLR::next_rate(double present, double, int64_t epoch) const {
    return present * std::pow(gamma_, std::ranges::count(milestones_, epoch));
}

double ExponentialLR::next_rate(double present, double, int64_t) const { return present * gamma_; }

LinearLR::LinearLR(Optimizer& optimizer, double start_factor, double end_factor, int64_t total_iters)
    : LRScheduler(optimizer), start_factor_(start_factor), end_factor_(end_factor), total_iters_(total_iters) {
    WICK_CHECK(start_factor > 0 && start_factor <= 1,
               "Starting multiplicative factor expected to be greater than 0 and less or equal to 1.");
    WICK_CHECK(end_factor >= 0 && end_factor <= 1, "Ending multiplicative factor expected to be between 0 and 1.");
    begin_with(start_factor);
}

double LinearLR::next_rate(double present, double, int64_t epoch) const {
    if (epoch > total_iters_) return present;
    const double rise = end_factor_ - start_factor_;
    return present *
           (1 + rise / (static_cast<double>(total_iters_) * start_factor_ + static_cast<double>(epoch - 1) * rise));
}

double CosineAnnealingLR::next_rate(double present, double base, int64_t epoch) const {
    const auto height = [&](int64_t at) {
        return (1 + std::cos(std::numbers::pi * static_cast<double>(at) / static_cast<double>(t_max_))) / 2;
    };
    // The rate was eta_min: there is nothing to multiply.
    if ((epoch - 1 - t_max_) % (2 * t_max_) == 0) return present + (base - eta_min_) * height(t_max_ - 1);
    return eta_min_ + (present - eta_min_) * (height(epoch) / height(epoch - 1));
}

double LambdaLR::next_rate(double, double base, int64_t epoch) const { return base * factor_(epoch); }

void ReduceLROnPlateauOptions::check() const {
    WICK_CHECK(factor_ < 1, "Factor should be < 1.0.");
    WICK_CHECK(mode_ == "min" || mode_ == "max", "mode {} is unknown!", mode_);
    WICK_CHECK(threshold_mode_ == "rel" || threshold_mode_ == "abs", "threshold mode {} is unknown!", threshold_mode_);
}

ReduceLROnPlateau::ReduceLROnPlateau(Optimizer& optimizer, ReduceLROnPlateauOptions options)
    : optimizer_(optimizer), options_(std::move(options)) {
    options_.check();
    best_ = options_.mode() == "min" ? INFINITY : -INFINITY;
}

bool ReduceLROnPlateau::is_better(double metric) const {
    const double sign = options_.mode() == "max" ? 1 : -1;
    const double margin = options_.threshold_mode() == "rel" ? options_.threshold() * best_ : options_.threshold();
    return sign * metric > sign * (best_ + sign * margin);
}

void ReduceLROnPlateau::step(double metric) {
    if (std::isinf(best_) || is_better(metric)) {
        best_ = metric;
        bad_epochs_ = 0;
    } else {
        ++bad_epochs_;
    }
    if (cooldown_left_ > 0) {
        --cooldown_left_;
        bad_epochs_ = 0;
    }
    if (bad_epochs_ <= options_.patience()) return;
    reduce();
    cooldown_left_ = options_.cooldown();
    bad_epochs_ = 0;
}

void ReduceLROnPlateau::reduce() {
    std::vector<double> rates = optimizer_.learning_rates();
    for (double& rate : rates) {
        const double reduced = std::max(rate * options_.factor(), options_.min_lr());
        if (rate - reduced > options_.eps()) rate = reduced;
    }
    optimizer_.set_learning_rates(rates);
}

}  // namespace wick::optim
