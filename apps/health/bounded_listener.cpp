#include "apps/health/bounded_listener.h"

#include <utility>

namespace branchline::apps {
namespace {

namespace asio = boost::asio;

/// After an accept failed, e.g. because the process has no descriptor left.
constexpr std::chrono::milliseconds kAcceptPause{100};

}  // namespace

BoundedListener::BoundedListener(Tcp::acceptor acceptor, Make make)
    : acceptor_(std::move(acceptor)),
      pause_(acceptor_.get_executor()),
      make_(std::move(make)),
      address_(acceptor_.local_endpoint()) {
  accept();
}

void BoundedListener::accept() {
  acceptor_.async_accept([this](const boost::system::error_code& error, Tcp::socket socket) {
    if (error == asio::error::operation_aborted) return;
    if (!error) {
      admit(std::move(socket));
      return accept();
    }
    pause_.expires_after(kAcceptPause);
    pause_.async_wait([this](const boost::system::error_code& ended) {
      if (!ended) accept();
    });
  });
}

void BoundedListener::admit(Tcp::socket socket) {
  open_.remove_if([](const auto& connection) { return connection.expired(); });
  if (open_.size() >= kMaxOpen) {
    if (const auto oldest = open_.front().lock()) oldest->end();
    open_.pop_front();
  }
  const auto connection = make_(std::move(socket));
  open_.push_back(connection);
  connection->begin();
}

}  // namespace branchline::apps
