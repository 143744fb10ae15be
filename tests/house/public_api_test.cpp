// Compile-time promises of the public API, checked as C++17.

#include <type_traits>

#include "branchline/edge_service.h"
#include "branchline/engine.h"

namespace {

template <typename Options, typename Value, typename = void>
struct TakesDeadline : std::false_type {};

template <typename Options, typename Value>
struct TakesDeadline<
    Options, Value,
    std::void_t<decltype(std::declval<Options&>().deadline = std::declval<Value>())>>
    : std::true_type {};

static_assert(TakesDeadline<branchline::Options, std::chrono::milliseconds>::value,
              "durations with a unit fit");
static_assert(!TakesDeadline<branchline::Options, int>::value, "a bare number is no duration");

static_assert(std::is_move_constructible_v<branchline::Engine> &&
                  !std::is_copy_constructible_v<branchline::Engine>,
              "an engine has one owner");
static_assert(
    noexcept(std::declval<branchline::Engine&>().infer(std::declval<const branchline::Request&>())),
    "running never throws");
static_assert(!std::is_convertible_v<branchline::Result, bool>, "a result is asked, not compared");

#if defined(TORCH_API) || defined(BOOST_ASIO_VERSION) || defined(CEREAL_VERSION)
#error "the public API drags a library in"
#endif

}  // namespace
