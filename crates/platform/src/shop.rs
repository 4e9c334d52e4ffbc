//! Stock and orders of the pages homed on a shard.

use crate::command::position;
use crate::config::Config;
use crate::outbox::{Notice, Outbox};
use chappe_base::{Fact, Map, Money, OrderId, PageId, ProductId, RefusalReason, SimTime, Span, UserId};

/// How far an order has come.
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

/// What there is of one product.
#[derive(Clone, Copy, Default, Debug)]
struct StockLevel {
    /// Wide enough that no restocking overflows it.
    units: u64,
    /// Whether the shelf was empty once and has been filled again since.
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

    /// Stock comes in.
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

    /// Declares an empty shelf as sold out before day one, so that its first filling is a return.
    pub(crate) fn sold_out(&mut self, config: &Config, page: PageId, product: ProductId) {
        if let Some(level) = self.level(config, page, product) {
            level.was_empty = true;
        }
    }

    /// Whether the product can be bought, and whether it was gone before.
    pub(crate) fn in_stock(&mut self, config: &Config, page: PageId, product: ProductId) -> (bool, bool) {
        self.level(config, page, product)
            .map_or((false, false), |level| (level.units > 0, level.is_back))
    }

    /// Why an order can't be taken, if so.
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

    /// Takes a unit out of stock for an order that [`Shop::refusal`] has nothing against and that
    /// is paid.
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

    /// Ships a paid order; whom to tell.
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

    /// Hands over a shipped order; whom to tell.
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

    /// Who is to be paid back how much, if the order can still be cancelled.
    pub(crate) fn refundable(&self, order: OrderId, page: PageId) -> Option<(UserId, Money)> {
        self.orders
            .get(&order)
            .filter(|order| (order.page, order.stage) == (page, Stage::Paid))
            .map(|order| (order.user, order.price))
    }

    /// Cancels an order that is [`Shop::refundable`], and puts its unit back.
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
