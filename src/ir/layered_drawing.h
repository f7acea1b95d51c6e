#pragma once
// A drawing of a directed acyclic graph in layers from top to bottom (Sugiyama, Tagawa and Toda 1981): every link goes
// down, long ones pass between the items of the layers on their way.

#include <cstddef>
#include <vector>

namespace wick::jit {

struct LayeredDrawing {
    struct Point {
        double x, y;
    };
    struct Item {
        double width, height;
        Point corner{};  ///< the left upper one, made by arrange()
    };
    struct Link {
        size_t from, to;            ///< items; from < to
        std::vector<Point> path{};  ///< from the middle of the one's lower side to that of the other's upper side
    };
    std::vector<Item> items;
    std::vector<Link> links;
    double width = 0;
    double height = 0;

    /// Gives items their places and links their paths, all within [0, width] × [0, height].
    void arrange();
};

}  // namespace wick::jit
