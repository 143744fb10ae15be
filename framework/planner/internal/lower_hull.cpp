#include "framework/planner/internal/lower_hull.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "framework/base/error.h"

namespace branchline::planner::internal {
namespace {

using WideVector = std::array<WideSum, 3>;

WideSum dot(const WideVector& a, const HullPoint& b) {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

WideVector cross(const WideVector& a, const WideVector& b) {
  return {a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]};
}

WideSum common_divisor(WideSum a, WideSum b) {
  while (b != 0) a = std::exchange(b, a % b);
  return a < 0 ? -a : a;
}

/// Scaled to the smallest integers that point into the polyhedron: no coordinate is negative.
WideVector inward(WideVector normal) {
  const WideSum divisor = common_divisor(common_divisor(normal[0], normal[1]), normal[2]);
  BL_EXPECT(divisor != 0, "a facet without an area");
  const bool outward = normal[0] < 0 || normal[1] < 0 || normal[2] < 0;
  for (WideSum& part : normal) {
    part /= outward ? -divisor : divisor;
    BL_EXPECT(part >= 0, "a facet that faces away from the weights");
  }
  return normal;
}

/// A corner: the number of a found point, or -1, -2, -3 for the infinite end of an axis.
using Corner = std::int32_t;
constexpr std::array<Corner, 3> kAxes = {-1, -2, -3};

struct Facet {
  std::array<Corner, 3> corners{};
  WideVector normal{};  ///< zero for the facet of the three infinite ends
  WideSum offset = 0;   ///< every point of the polyhedron has normal·point >= offset
  bool final = false;   ///< nothing lies below it
};

class HullGrowth {
 public:
  explicit HullGrowth(const HullOracle& cheapest) : cheapest_(cheapest) {}

  std::vector<std::size_t> grow() {
    const HullAnswer first = cheapest_({1, 1, 1});
    found_.push_back(first);
    facets_.push_back({kAxes, {}, 0, true});
    for (std::size_t axis = 0; axis < 3; ++axis) {
      facets_.push_back(facet({0, kAxes[axis], kAxes[(axis + 1) % 3]}));
    }
    while (Facet* open = open_facet()) {
      const HullAnswer answer = cheapest_(open->normal);
      if (dot(open->normal, answer.point) >= open->offset) {
        open->final = true;
      } else {
        take_in(answer);
      }
    }
    return corners_that_none_dominates();
  }

 private:
  Facet* open_facet() {
    const auto open = std::find_if(facets_.begin(), facets_.end(),
                                   [](const Facet& facet) { return !facet.final; });
    return open == facets_.end() ? nullptr : &*open;
  }

  /// From corner `a`, which is a point, to `b`; the direction itself if `b` is the end of an axis.
  WideVector edge(Corner a, Corner b) const {
    if (b < 0) {
      WideVector axis{};
      axis[static_cast<std::size_t>(-1 - b)] = 1;
      return axis;
    }
    const HullPoint& from = found_[static_cast<std::size_t>(a)].point;
    const HullPoint& to = found_[static_cast<std::size_t>(b)].point;
    return {WideSum{to[0]} - from[0], WideSum{to[1]} - from[1], WideSum{to[2]} - from[2]};
  }

  /// @param corners  at least one is a point
  Facet facet(std::array<Corner, 3> corners) const {
    std::sort(corners.begin(), corners.end(), std::greater<>());
    Facet facet{corners, {}, 0, false};
    facet.normal = inward(cross(edge(corners[0], corners[1]), edge(corners[0], corners[2])));
    facet.offset = dot(facet.normal, found_[static_cast<std::size_t>(corners[0])].point);
    return facet;
  }

  /// Replaces the facets above the point by the cone from the point to their outline.
  void take_in(const HullAnswer& answer) {
    const auto point = static_cast<Corner>(found_.size());
    found_.push_back(answer);
    std::vector<std::pair<Corner, Corner>> outline;
    const auto above = [&](const Facet& facet) {
      return dot(facet.normal, answer.point) < facet.offset;
    };
    for (const Facet& facet : facets_) {
      if (!above(facet)) continue;
      for (std::size_t side = 0; side < 3; ++side) {
        toggle(outline, std::minmax(facet.corners[side], facet.corners[(side + 1) % 3]));
      }
    }
    facets_.erase(std::remove_if(facets_.begin(), facets_.end(), above), facets_.end());
    for (const auto& [a, b] : outline) facets_.push_back(facet({a, b, point}));
  }

  /// A side of two facets above the point is inside the hole, not on its outline.
  static void toggle(std::vector<std::pair<Corner, Corner>>& outline,
                     std::pair<Corner, Corner> side) {
    const auto twin = std::find(outline.begin(), outline.end(), side);
    if (twin == outline.end()) {
      outline.push_back(side);
    } else {
      outline.erase(twin);
    }
  }

  std::vector<std::size_t> corners_that_none_dominates() const {
    std::vector<bool> corner(found_.size(), false);
    for (const Facet& facet : facets_) {
      for (const Corner at : facet.corners) {
        if (at >= 0) corner[static_cast<std::size_t>(at)] = true;
      }
    }
    std::vector<std::size_t> numbers;
    for (std::size_t at = 0; at < found_.size(); ++at) {
      if (corner[at] && !dominated(at)) numbers.push_back(found_[at].number);
    }
    return numbers;
  }

  /// Where a weight is zero the oracle may have named a point that wastes that resource.
  bool dominated(std::size_t at) const {
    const HullPoint& point = found_[at].point;
    return std::any_of(found_.begin(), found_.end(), [&point](const HullAnswer& other) {
      return other.point != point && other.point[0] <= point[0] && other.point[1] <= point[1] &&
             other.point[2] <= point[2];
    });
  }

  const HullOracle& cheapest_;
  std::vector<HullAnswer> found_;
  std::vector<Facet> facets_;
};

}  // namespace

std::vector<std::size_t> lower_hull(const HullOracle& cheapest) {
  return HullGrowth(cheapest).grow();
}

}  // namespace branchline::planner::internal
