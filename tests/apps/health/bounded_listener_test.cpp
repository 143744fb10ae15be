#include "apps/health/bounded_listener.h"

#include <gtest/gtest.h>

#include <set>
#include <vector>

namespace branchline::apps {
namespace {

namespace asio = boost::asio;

/// Lives until it is ended; remembers that.
class Held final : public GuestConnection, public std::enable_shared_from_this<Held> {
 public:
  Held(int number, std::vector<std::shared_ptr<Held>>& alive, std::vector<int>& ended)
      : number_(number), alive_(alive), ended_(ended) {}
  void begin() override { alive_.push_back(shared_from_this()); }
  void end() noexcept override { ended_.push_back(number_); }

 private:
  const int number_;
  std::vector<std::shared_ptr<Held>>& alive_;
  std::vector<int>& ended_;
};

class BoundedListenerTest : public ::testing::Test {
 protected:
  void connect(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      clients_.emplace_back(context_);
      clients_.back().connect({asio::ip::address_v4::loopback(), listener_.port()});
    }
    const std::size_t expected = clients_.size();
    while (static_cast<std::size_t>(made_) < expected) context_.run_one();
  }

  asio::io_context context_;
  std::vector<std::shared_ptr<Held>> alive_;
  std::vector<int> ended_;
  int made_ = 0;
  std::vector<asio::ip::tcp::socket> clients_;
  BoundedListener listener_{
      BoundedListener::Tcp::acceptor(context_, {asio::ip::address_v4::loopback(), 0}),
      [this](BoundedListener::Tcp::socket) {
        return std::make_shared<Held>(made_++, alive_, ended_);
      }};
};

TEST_F(BoundedListenerTest, EndsTheOldestWhenThereAreTooMany) {
  connect(BoundedListener::kMaxOpen);
  EXPECT_TRUE(ended_.empty());
  connect(2);
  EXPECT_EQ(ended_, (std::vector<int>{0, 1}));
}

TEST_F(BoundedListenerTest, DoesNotCountThoseThatAreOver) {
  connect(BoundedListener::kMaxOpen);
  alive_.erase(alive_.begin() + 3, alive_.begin() + 5);
  connect(2);
  EXPECT_TRUE(ended_.empty());
  connect(1);
  EXPECT_EQ(ended_, std::vector<int>{0});
}

}  // namespace
}  // namespace branchline::apps
