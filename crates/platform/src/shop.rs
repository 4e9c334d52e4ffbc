//! Stock and orders of the pages of a shard.
//!
//! Stock is at the page's home alone, so the last unit can be sold only once.

use crate::command::position;
use crate::config::Config;
use crate::outbox::{Notice, Outbox};
use chappe_base::{Fact, Map, Money, OrderId, PageId, ProductId, RefusalReason, SimTime, Span, UserId};

/// The stage of an order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Stage {
    Paid,
    Shipped,
    Arrived,
    Cancelled,
}

/// One order.
#[derive(Clone, Copy, Debug)]
struct Order {
    user: UserId,
    page: PageId,
    product: ProductId,
    price: Money,
    placed: SimTime,
    stage: Stage,
}

/// The stock of one product.
#[derive(Clone, Copy, Default, Debug)]
struct StockLevel {
    /// Units in stock; wide enough that restocking never overflows it.
    units: u64,
    /// Whether it was empty once and has been restocked since: what a back-in-stock ad needs.
    is_back: bool,
    was_empty: bool,
}

/// The shops of one shard.
#[derive(Debug)]
pub(crate) struct Shop {
    /// By local page, then product.
    stock: Vec<Vec<StockLevel>>,
    orders: Map<OrderId, Order>,
}

impl Shop {
    pub(crate) fn new(products: impl Iterator<Item = usize>) -> Shop {
        Shop {
            stock: products.map(|count| vec![StockLevel::default(); count]).collect(),
            orders: Map::default(),
        }
    }

    fn level(&mut self, config: &Config, page: PageId, product: ProductId) -> Option<&mut StockLevel> {
        let stock = self.stock.get_mut(config.homes.local(page.0))?;
        stock.get_mut(product.index())
    }

    /// Adds `units` to the stock.
    pub(crate) fn restock(
        &mut self,
        config: &Config,
        page: PageId,
        product: ProductId,
        units: u32,
        out: &mut Outbox,
    ) {
        let Some(level) = self.level(config, page, product) else {
            return;
        };
        if units > 0 {
            level.units += u64::from(units);
            level.is_back |= level.was_empty;
            out.fact(Fact::Stocked { page, product, units });
        }
    }

    /// Marks a product as sold out before day one, so that its first restocking counts as being back.
    pub(crate) fn sold_out(&mut self, config: &Config, page: PageId, product: ProductId) {
        if let Some(level) = self.level(config, page, product) {
            level.was_empty = true;
        }
    }

    /// Whether the product is in stock, and whether it is back after being sold out.
    pub(crate) fn in_stock(&mut self, config: &Config, page: PageId, product: ProductId) -> (bool, bool) {
        self.level(config, page, product)
            .map_or((false, false), |level| (level.units > 0, level.is_back))
    }

    /// The reason to refuse an order; `None` to accept it.
    pub(crate) fn refusal(
        &mut self,
        config: &Config,
        order: OrderId,
        page: PageId,
        product: ProductId,
        price: Money,
    ) -> Option<RefusalReason> {
        let offered = config.pages[page.index()]
            .products
            .get(product.index())
            .map(|product| product.price);
        if self.orders.contains_key(&order) {
            Some(RefusalReason::KeyReused)
        } else if offered != Some(price) {
            Some(RefusalReason::WrongPrice)
        } else if !self.in_stock(config, page, product).0 {
            Some(RefusalReason::OutOfStock)
        } else {
            None
        }
    }

    /// Takes a unit out of stock for a paid order. Call it only if [`Shop::refusal`] is `None`.
    pub(crate) fn place(
        &mut self,
        now: SimTime,
        config: &Config,
        order: OrderId,
        user: UserId,
        page: PageId,
        product: ProductId,
        price: Money,
        out: &mut Outbox,
    ) {
        let Some(level) = self.level(config, page, product) else {
            return;
        };
        level.units = level
            .units
            .checked_sub(1)
            .expect("an order is placed on stock that is there");
        if level.units == 0 {
            // The next restocking makes it "back" again.
            (level.was_empty, level.is_back) = (true, false);
            out.notify(Notice::SoldOut { page, product });
        }
        self.orders.insert(
            order,
            Order {
                user,
                page,
                product,
                price,
                placed: now,
                stage: Stage::Paid,
            },
        );
        out.fact(Fact::OrderPlaced {
            order,
            user,
            page,
            product,
            price,
        });
        out.fact(Fact::OrderPaid { order, page });
        out.notify(Notice::NewOrder { order, page });
    }

    /// Ships a paid order. Returns the notice's message and the customer.
    pub(crate) fn ship(
        &mut self,
        order: OrderId,
        page: PageId,
        out: &mut Outbox,
    ) -> Option<(OrderId, UserId)> {
        let user = self.advance(order, page, Stage::Paid, Stage::Shipped)?;
        out.fact(Fact::OrderShipped { order, page });
        Some((order.at(position::SHIPPED), user))
    }

    /// Delivers a shipped order. Returns the notice's message and the customer.
    pub(crate) fn arrive(
        &mut self,
        order: OrderId,
        page: PageId,
        out: &mut Outbox,
    ) -> Option<(OrderId, UserId)> {
        let user = self.advance(order, page, Stage::Shipped, Stage::Arrived)?;
        out.fact(Fact::OrderDelivered { order, page });
        Some((order.at(position::ARRIVED), user))
    }

    fn advance(&mut self, order: OrderId, page: PageId, from: Stage, to: Stage) -> Option<UserId> {
        let order = self.orders.get_mut(&order)?;
        if (order.page, order.stage) != (page, from) {
            return None;
        }
        order.stage = to;
        Some(order.user)
    }

    /// Whether the order was placed more than a day before `now`.
    pub(crate) fn is_late(&self, order: OrderId, now: SimTime) -> bool {
        self.orders
            .get(&order)
            .is_some_and(|order| now - order.placed > Span::DAY)
    }

    /// The customer and the amount to refund, if the order can still be cancelled.
    pub(crate) fn refundable(&self, order: OrderId, page: PageId) -> Option<(UserId, Money)> {
        self.orders
            .get(&order)
            .filter(|order| (order.page, order.stage) == (page, Stage::Paid))
            .map(|order| (order.user, order.price))
    }

    /// Cancels an order that is [`Shop::refundable`], and puts its unit back into stock.
    pub(crate) fn cancel(&mut self, config: &Config, order: OrderId, page: PageId, out: &mut Outbox) {
        let Some(cancelled) = self.orders.get_mut(&order) else {
            return;
        };
        cancelled.stage = Stage::Cancelled;
        let product = cancelled.product;
        if let Some(level) = self.level(config, page, product) {
            level.units += 1;
            level.is_back |= level.was_empty;
        }
        out.fact(Fact::OrderCancelled { order, page, product });
    }

    pub(crate) fn bytes(&self) -> usize {
        let bytes =
            |page: &Vec<StockLevel>| page.capacity() * size_of::<StockLevel>() + size_of::<Vec<StockLevel>>();
        self.stock.iter().map(bytes).sum::<usize>() + self.orders.allocation_size()
    }
}
