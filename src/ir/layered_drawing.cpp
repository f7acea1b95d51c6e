#include "ir/layered_drawing.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>

namespace wick::jit {
namespace {

constexpr double kLayerGap = 28;
constexpr double kItemGap = 18;
constexpr double kLinkWidth = 6;
constexpr int kSweeps = 12;

/// An item, or a place where a link passes through a layer.
struct Vertex {
    double width, height;
    size_t layer;
    double x = 0;  ///< of its middle
    std::vector<size_t> above, below;
};

class Arrangement {
 public:
    explicit Arrangement(LayeredDrawing& drawing) : drawing_(drawing) {
        for (const LayeredDrawing::Item& item : drawing.items)
            vertices_.push_back({item.width, item.height, 0, 0, {}, {}});
        choose_layers();
        for (const LayeredDrawing::Link& link : drawing.links) chains_.push_back(chain_of(link));
        for (size_t v = 0; v < vertices_.size(); ++v) {
            layers_.resize(std::max(layers_.size(), vertices_[v].layer + 1));
            layers_[vertices_[v].layer].push_back(v);
        }
    }

    void run() {
        for (std::vector<size_t>& layer : layers_) pack(layer);
        for (int sweep = 0; sweep < kSweeps; ++sweep) {
            const bool down = sweep % 2 == 0;
            for (size_t i = 0; i < layers_.size(); ++i)
                settle(layers_[down ? i : layers_.size() - 1 - i], down, sweep < kSweeps / 2);
        }
        write();
    }

 private:
    /// As far up as an item can stand; what nothing leads to stands right above what it leads to.
    void choose_layers() {
        std::vector<bool> is_source(vertices_.size(), true);
        for (size_t v = 0; v < vertices_.size(); ++v)
            for (const LayeredDrawing::Link& link : drawing_.links)
                if (link.to == v) {
                    vertices_[v].layer = std::max(vertices_[v].layer, vertices_[link.from].layer + 1);
                    is_source[v] = false;
                }
        for (size_t v = 0; v < vertices_.size(); ++v) {
            size_t nearest = SIZE_MAX;
            for (const LayeredDrawing::Link& link : drawing_.links)
                if (link.from == v) nearest = std::min(nearest, vertices_[link.to].layer);
            if (is_source[v] && nearest != SIZE_MAX) vertices_[v].layer = nearest - 1;
        }
    }

    std::vector<size_t> chain_of(const LayeredDrawing::Link& link) {
        std::vector<size_t> chain = {link.from};
        for (size_t layer = vertices_[link.from].layer + 1; layer < vertices_[link.to].layer; ++layer) {
            vertices_.push_back({kLinkWidth, 0, layer, 0, {}, {}});
            chain.push_back(vertices_.size() - 1);
        }
        chain.push_back(link.to);
        for (size_t i = 1; i < chain.size(); ++i) {
            vertices_[chain[i - 1]].below.push_back(chain[i]);
            vertices_[chain[i]].above.push_back(chain[i - 1]);
        }
        return chain;
    }

    double distance(size_t left, size_t right) const {
        return (vertices_[left].width + vertices_[right].width) / 2 + kItemGap;
    }

    /// Side by side around 0.
    void pack(const std::vector<size_t>& layer) {
        double x = 0;
        for (size_t i = 0; i < layer.size(); ++i) vertices_[layer[i]].x = x += i ? distance(layer[i - 1], layer[i]) : 0;
        for (size_t v : layer) vertices_[v].x -= x / 2;
    }

    /// Draws the vertices of a layer to the middle of their neighbours above or below. While `reorders`, also in
    /// another order.
    void settle(std::vector<size_t>& layer, bool down, bool reorders) {
        std::vector<double> wanted(vertices_.size());
        for (size_t v : layer) {
            const std::vector<size_t>& others = down ? vertices_[v].above : vertices_[v].below;
            wanted[v] = vertices_[v].x;
            if (!others.empty())
                wanted[v] = std::accumulate(others.begin(), others.end(), 0.0,
                                            [&](double sum, size_t other) { return sum + vertices_[other].x; }) /
                            static_cast<double>(others.size());
        }
        if (reorders) std::ranges::stable_sort(layer, {}, [&](size_t v) { return wanted[v]; });
        // The mean of the arrangements that give way to the right only and to the left only.
        std::vector<double> to_right(layer.size()), to_left(layer.size());
        for (size_t i = 0; i < layer.size(); ++i) {
            to_right[i] = wanted[layer[i]];
            if (i) to_right[i] = std::max(to_right[i], to_right[i - 1] + distance(layer[i - 1], layer[i]));
        }
        for (size_t i = layer.size(); i-- > 0;) {
            to_left[i] = wanted[layer[i]];
            if (i + 1 < layer.size())
                to_left[i] = std::min(to_left[i], to_left[i + 1] - distance(layer[i], layer[i + 1]));
        }
        for (size_t i = 0; i < layer.size(); ++i) vertices_[layer[i]].x = (to_right[i] + to_left[i]) / 2;
    }

    void write() {
        double left = vertices_.empty() ? 0 : INFINITY, right = vertices_.empty() ? 0 : -INFINITY;
        for (const Vertex& v : vertices_) {
            left = std::min(left, v.x - v.width / 2);
            right = std::max(right, v.x + v.width / 2);
        }
        drawing_.width = right - left;
        std::vector<double> top(layers_.size());
        std::vector<double> tallest(layers_.size());
        double y = 0;
        for (size_t layer = 0; layer < layers_.size(); ++layer) {
            for (size_t v : layers_[layer]) tallest[layer] = std::max(tallest[layer], vertices_[v].height);
            top[layer] = y;
            y += tallest[layer] + kLayerGap;
        }
        drawing_.height = std::max(0.0, y - kLayerGap);
        const auto top_of = [&](const Vertex& v) { return top[v.layer] + (tallest[v.layer] - v.height) / 2; };
        for (size_t i = 0; i < drawing_.items.size(); ++i) {
            const Vertex& v = vertices_[i];
            drawing_.items[i].corner = {v.x - v.width / 2 - left, top_of(v)};
        }
        for (size_t i = 0; i < drawing_.links.size(); ++i) {
            std::vector<LayeredDrawing::Point>& path = drawing_.links[i].path;
            const std::vector<size_t>& chain = chains_[i];
            for (size_t place = 0; place < chain.size(); ++place) {
                const Vertex& v = vertices_[chain[place]];
                const bool begins = place == 0, ends = place + 1 == chain.size();
                // Links pass a layer straight down.
                if (!begins) path.push_back({v.x - left, ends ? top_of(v) : top[v.layer]});
                if (!ends)
                    path.push_back({v.x - left, begins ? top_of(v) + v.height : top[v.layer] + tallest[v.layer]});
            }
        }
    }

    LayeredDrawing& drawing_;
    std::vector<Vertex> vertices_;
    std::vector<std::vector<size_t>> chains_;  // a link's vertices
    std::vector<std::vector<size_t>> layers_;
};

}  // namespace

void LayeredDrawing::arrange() { Arrangement(*this).run(); }

}  // namespace wick::jit
