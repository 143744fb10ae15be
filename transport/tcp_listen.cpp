#include "transport/tcp_listen.h"

#include "framework/base/error.h"
#include "transport/close_on_exec.h"

namespace branchline::transport {
namespace {

std::string advice_for(const boost::system::error_code& error) {
  namespace err = asio::error;
  if (error == err::address_in_use)
    return "Another program listens there: stop it or choose another port";
  if (error == err::access_denied) return "Ports below 1024 need rights: choose a higher one";
  return "Give an address of this machine, e.g. 127.0.0.1:7400";
}

}  // namespace

asio::ip::tcp::acceptor open_acceptor(asio::io_context& context, const Endpoint& listen) {
  using asio::ip::tcp;
  boost::system::error_code error;
  tcp::endpoint address(asio::ip::make_address(listen.host, error), listen.port);
  if (error) {
    tcp::resolver resolver(context);
    const auto found = resolver.resolve(listen.host, std::to_string(listen.port), error);
    if (!error) address = found.begin()->endpoint();
  }
  tcp::acceptor acceptor(context);
  if (!error) acceptor.open(address.protocol(), error);
  if (!error) close_on_exec(acceptor);
  if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor.bind(address, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error) {
    throw InputError("cannot listen there (" + error.message() + ")", to_string(listen),
                     advice_for(error));
  }
  return acceptor;
}

}  // namespace branchline::transport
